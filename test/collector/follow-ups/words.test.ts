import { describe, expect, expectTypeOf, test } from 'vitest';
import type { FailReason } from '../../../collector/src/follow-ups/channels/channel.ts';
import type { SkipReason } from '../../../collector/src/follow-ups/guards.ts';
import type { EndReason } from '../../../collector/src/follow-ups/plan.ts';
import { because, REASONS, type Reason } from '../../../collector/src/follow-ups/reason-words.ts';
import { STEP_OUTCOMES } from '../../../collector/src/follow-ups/walk.ts';
import { saysOf, saysOfOutcome } from '../../../collector/src/follow-ups/words.ts';
import type { FollowUpRecord } from '../../../collector/src/store/sequences.ts';

test('every reason that something was not sent, failed or ended has its own sentence', () => {
  expectTypeOf<SkipReason | FailReason | EndReason>().toExtend<Reason>();
  const sentences = REASONS.map((reason) => because('Not sent', reason));
  expect(new Set(sentences).size).toBe(REASONS.length);
  for (const sentence of sentences) {
    expect(sentence).toMatch(/^Not sent: [a-z].{10,}\.$/);
    // In an owner's words, not in ours.
    expect(sentence).not.toMatch(/_|undefined|null/);
  }
  expect(because('Not sent', 'no_consent')).toBe('Not sent: the person has not agreed to marketing.');
});

test.each(STEP_OUTCOMES)('what a step did that sends nothing is told: %s', (outcome) => {
  expect(saysOfOutcome(outcome, '1')).toMatch(/^[A-Z1].{5,}\.$/);
  expect(saysOfOutcome('skipped', 'condition')).toBe("Left out: the step's own condition did not hold.");
});

describe('a message', () => {
  const message: FollowUpRecord = {
    kind: 'message',
    at: 0,
    sequenceId: 'welcome',
    version: 1,
    id: 'dlv_1',
    stepId: '0',
    channel: 'email',
    status: 'due',
    reason: null,
    checks: [],
    dueAt: 0,
    sentAt: null,
    attempts: 0,
    detail: null,
    openedAt: null,
    clickedAt: null,
    bouncedAt: null,
  };
  test.each<[string, Partial<Extract<FollowUpRecord, { kind: 'message' }>>]>([
    ['Waits for its time.', {}],
    ['The last attempt failed; there will be another.', { attempts: 2 }],
    ['Waits: these are quiet hours where the person lives.', { reason: 'quiet_hours' }],
    ['Being sent now.', { status: 'leased' }],
    [
      'Not sent: the person is held out on purpose, to measure what the sequence brings.',
      { status: 'skipped', reason: 'holdout' },
    ],
    ['Failed: every attempt failed.', { status: 'failed', reason: 'attempts_used_up' }],
    ['Sent.', { status: 'sent' }],
    ['Sent; the person opened it.', { status: 'sent', openedAt: 1 }],
    ['Sent; the person followed a link in it.', { status: 'sent', openedAt: 1, clickedAt: 1 }],
    ['Sent, but it came back.', { status: 'sent', bouncedAt: 1 }],
    ['Given to your team.', { status: 'sent', channel: 'task' }],
  ])('%s', (sentence, over) => {
    expect(saysOf({ ...message, ...over }, undefined)).toBe(sentence);
  });
});
