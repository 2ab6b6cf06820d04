import { expect, it } from 'vitest';
import { taskFor } from '../../../collector/src/follow-ups/channels/task.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const step = { title: 'Call {{name}} now', due: '5m' } as const;
const lead = { id: 'lead_1', name: 'Ada', email: 'ada@example.com', userId: 'u42' };
const entries = [
  { ruleId: 'pricing', current: 9.41 },
  { ruleId: 'email', current: 2.13 },
  { ruleId: 'demo', current: 20 },
  { ruleId: 'careers', current: -10 },
  { ruleId: 'webinar', current: 1 },
  { ruleId: 'pricing', current: 9.41 },
];

it('says what to do, until when, and the three strongest reasons', () => {
  expect(taskFor(step, lead, entries, NOW)).toEqual({
    ok: true,
    rendered: {
      title: 'Call Ada now',
      dueAt: Date.parse('2026-11-21T10:05:00Z'),
      owner: null,
      reason: 'demo +20, pricing +18.8 (2×), email +2.1',
    },
  });
});

it.each([
  [{ ...lead, name: null }, 'Call ada@example.com now'],
  [{ ...lead, name: '', email: null }, 'Call u42 now'],
  [{ id: 'lead_1' }, 'Call lead_1 now'],
])('names a nameless lead by what is known', (nameless, title) => {
  expect(taskFor(step, nameless, entries, NOW)).toMatchObject({ ok: true, rendered: { title } });
});

it('gives no reason where nothing speaks for the lead', () => {
  const against = [{ ruleId: 'careers', current: -10 }];
  expect(taskFor(step, lead, against, NOW)).toMatchObject({ rendered: { reason: '' } });
});

it('names the field that a title misses', () => {
  expect(taskFor({ ...step, title: 'Call {{traits.phone}}' }, lead, entries, NOW)).toEqual({
    ok: false,
    missing: ['traits.phone'],
  });
});
