/** `handrail test`: what a lead does and what an owner expects of it, without a collector. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runScenario } from '../../../collector/src/scenario/run.ts';
import { scenarioSchema } from '../../../collector/src/scenario/schema.ts';
import { checkSite } from '../../../collector/src/site/check.ts';
import { handrail } from './handrail.ts';

const SHOP = fileURLToPath(new URL('../../../examples/shop/', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-scenarios-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

test('the example shop’s scenarios pass', async () => {
  const { code, out, err } = await handrail(['test', `${SHOP}scenarios`, '--config', `${SHOP}handrail.json`]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('✓ A cart left behind is reminded of three times, and no more');
  expect(out).toMatch(/all \d+ scenarios passed$/);
});

const SITE = {
  name: 'Shop',
  timezone: 'Europe/London',
  scoring: {
    halfLifeDays: 30,
    rules: [
      { id: 'pricing', when: { touchpoint: 'page_view', where: { path: '/pricing' } }, points: 24 },
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 40 },
    ],
    fit: [{ when: { trait: { size: { gte: 50 } } }, points: 10 }],
  },
  stages: [{ id: 'new' }, { id: 'keen', when: { touchpoint: 'demo_booked' } }],
  flags: [{ id: 'evaluator', when: { touchpoint: 'demo_booked' } }],
  prompts: [
    {
      id: 'why',
      type: 'survey',
      on: { exitIntent: true },
      if: { stage: 'keen' },
      questions: [{ id: 'why', type: 'text', text: 'Why?' }],
    },
  ],
  email: { from: 'Shop <hello@shop.example>' },
  templates: { thanks: { subject: 'Thanks', text: 'Thank you' }, more: { subject: 'More', text: 'More' } },
  sequences: [
    {
      id: 'demo',
      start: { touchpoint: 'demo_booked' },
      goal: { touchpoint: 'purchase' },
      holdout: 0.9,
      steps: [
        { after: '10m', send: { channel: 'email', template: 'thanks' } },
        { after: '1d', send: { channel: 'email', template: 'more' } },
      ],
    },
  ],
};

function run(scenario: object) {
  const checked = checkSite(SITE);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return runScenario(scenarioSchema.parse({ name: 'x', ...scenario }), checked.site);
}
const ADA = { identify: { email: 'ada@example.com' }, consent: { marketing: 'granted' } };

describe('what can be expected', () => {
  test('score with its decay, temperature, stage, flags, fit, prompts', () => {
    const touchpoints = [
      { page: '/pricing' },
      { after: '1m', track: 'demo_booked' },
      { after: '1m', identify: { size: 80 } },
    ];
    const expectations = [
      {
        after: '30s',
        score: 24,
        temperature: 'warm',
        stage: 'new',
        fit: 'D',
        flags: [],
        prompts: { why: false },
      },
      { after: '2m', score: 64, temperature: 'hot', stage: 'keen', fit: 'A', flags: ['evaluator'] },
      { after: '2m', prompts: { why: true } },
      { after: '30d', score: 32, temperature: 'warm' },
      { after: '30d', score: { gte: 31, lt: 33 } },
    ];
    expect(run({ touchpoints, expect: expectations })).toEqual([]);
  });

  test('messages in their order and at their times; nobody is held out', () => {
    const messages = [
      { sequence: 'demo', step: 0, after: '15m', channel: 'email', template: 'thanks' },
      { sequence: 'demo', step: 1, after: '1445m', template: 'more' },
    ];
    expect(
      run({
        touchpoints: [ADA, { after: '5m', track: 'demo_booked' }],
        expect: [
          { after: '14m', messages: [] },
          { after: '15m', messages: [{ sequence: 'demo' }] },
          { after: '3d', messages },
        ],
      }),
    ).toEqual([]);
  });

  test('nothing after the goal, and nothing without consent', () => {
    const bought = [ADA, { after: '5m', track: 'demo_booked' }, { after: '6m', track: 'Order Completed' }];
    expect(run({ touchpoints: bought, expect: [{ after: '3d', messages: [] }] })).toEqual([]);
    const refused = [
      { ...ADA, consent: { marketing: 'denied' } },
      { after: '5m', track: 'demo_booked' },
    ];
    expect(run({ touchpoints: refused, expect: [{ after: '3d', messages: [] }] })).toEqual([]);
  });
});

describe('what comes out otherwise', () => {
  test.each([
    ['score', { score: 25 }, { expected: '25', got: '24' }],
    ['score', { score: { gt: 24 } }, { expected: '{"gt":24}', got: '24' }],
    ['temperature', { temperature: 'hot' }, { expected: 'hot', got: 'warm' }],
    ['stage', { stage: 'keen' }, { expected: 'keen', got: 'new' }],
    ['fit', { fit: 'A' }, { expected: 'A', got: 'D' }],
    ['flags', { flags: ['evaluator'] }, { expected: '["evaluator"]', got: '[]' }],
    ['prompt why', { prompts: { why: true } }, { expected: 'true', got: 'false' }],
    ['prompt what', { prompts: { what: true } }, { expected: 'true', got: 'there is no such prompt' }],
    ['messages', { messages: [{ sequence: 'demo' }] }, { got: '[]' }],
  ])('%s: expected and got', (what, expectation, failure) => {
    const failures = run({ touchpoints: [{ page: '/pricing' }], expect: [{ after: '1m', ...expectation }] });
    expect(failures).toMatchObject([{ what, afterMs: 60_000, ...failure }]);
  });

  test('the ledger says why, and what was not sent says why not', () => {
    const [score, messages, ...others] = run({
      touchpoints: [{ page: '/pricing' }, { after: '1h', track: 'demo_booked' }],
      expect: [{ after: '30d', score: 1, messages: [{ sequence: 'demo' }] }],
    });
    expect(others).toEqual([]);
    expect(score?.why).toEqual([
      'pricing: +24 for page_view at 0s, now +12',
      'demo: +40 for demo_booked at 1h, now +20',
    ]);
    expect(messages?.why[0]).toBe('not sent: demo step 0 at 70m: no_address');
  });

  test('a message too many, too few, too late, or another one', () => {
    const touchpoints = [ADA, { track: 'demo_booked' }];
    const sent = { sequence: 'demo', step: 0, after: '10m', channel: 'email', template: 'thanks' };
    for (const messages of [[], [sent, sent], [{ ...sent, after: '11m' }], [{ ...sent, template: 'more' }]]) {
      expect(run({ touchpoints, expect: [{ after: '1h', messages }] })).toMatchObject([
        { what: 'messages', got: JSON.stringify([{ ...sent }].map(inOrder)) },
      ]);
    }
  });
  const inOrder = ({ sequence, step, channel, after, template }: Record<string, unknown>) => ({
    sequence,
    step,
    channel,
    after,
    template,
  });
});

describe('the command', { timeout: 30_000 }, () => {
  test('exits with 1, and prints what was expected, what came, and why', async () => {
    const config = file('site.json', SITE);
    const good = file('good.json', { name: 'Good', touchpoints: [], expect: [{ after: '1m', score: 0 }] });
    const bad = file('bad.json', {
      name: 'Bad',
      touchpoints: [{ page: '/pricing' }],
      expect: [{ after: '90m', score: 5 }],
    });
    const { code, out, err } = await handrail(['test', good, bad, '--config', config]);
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      `✓ Good (${good})`,
      `✗ Bad (${bad})`,
      '    after 90m, score: expected 5, got 24',
      '        pricing: +24 for page_view at 0s, now +24',
    ]);
    expect(err).toBe('handrail: 1 of 2 scenarios failed');
  });

  test.each([
    ['a wrong key', { name: 'x', touchpoints: [{ pag: '/' }], expect: [{ after: '1m' }] }, 'touchpoints[0]'],
    ['a wrong time', { name: 'x', touchpoints: [], expect: [{ after: 'soon' }] }, 'expect[0].after'],
    ['nothing expected', { name: 'x', touchpoints: [], expect: [] }, 'expect'],
  ])('%s is told with its path', async (_, scenario, path) => {
    const config = file('site.json', SITE);
    const { code, err } = await handrail(['test', file('wrong.json', scenario), '--config', config]);
    expect(code).toBe(1);
    expect(err).toMatch(/is not a valid scenario:\n/);
    expect(err).toContain(`  ${path}: `);
  });

  test('no scenario at all is no success', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    const config = file('site.json', SITE);
    expect(await handrail(['test', empty, '--config', config])).toMatchObject({ code: 1, out: '' });
  });
});
