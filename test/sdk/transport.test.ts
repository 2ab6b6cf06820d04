import { describe, expect, test } from 'vitest';
import { retryDelayMs } from '../../sdk/src/delivery.ts';
import { outcomeOf } from '../../sdk/src/transport.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('what comes of an answer', () => {
  test.each([
    [200, 'done'],
    [204, 'done'],
    [400, 'drop'],
    [401, 'drop'],
    [413, 'drop'],
    [408, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('%i: %s', (status, kind) => {
    expect(outcomeOf(status, null, NOW).kind).toBe(kind);
  });

  test.each([
    [null, 0],
    ['7', 7_000],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    [new Date(NOW - 90_000).toUTCString(), 0],
    ['soon', 0],
    ['99999999999', 3_600_000],
  ])('Retry-After %j: %i ms', (retryAfter, retryAfterMs) => {
    expect(outcomeOf(503, retryAfter, NOW)).toEqual({ kind: 'retry', status: 503, retryAfterMs });
  });
});

test.each([
  [1, 0, 250, 500],
  [2, 0, 500, 1_000],
  [4, 0, 2_000, 4_000],
  [30, 0, 30_000, 60_000],
  [1, 7_000, 7_000, 14_000],
  [8, 7_000, 7_000, 67_000],
])('after %i failures and a Retry-After of %i ms: %i to %i ms', (failures, retryAfterMs, from, to) => {
  expect(retryDelayMs(failures, retryAfterMs, 0)).toBe(from);
  expect(retryDelayMs(failures, retryAfterMs, 1)).toBe(to);
});
