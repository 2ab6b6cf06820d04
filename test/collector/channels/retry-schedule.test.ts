import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  JITTER,
  MAX_RETRY_AFTER_MS,
  nextAttemptAt,
  parseRetryAfter,
  RETRY_DELAYS_MS,
} from '../../../collector/src/follow-ups/channels/retry-schedule.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const middle = () => 0.5;

describe('Q39 the retry schedule', () => {
  it.each([
    [1, '2026-11-21T10:00:05.000Z'],
    [2, '2026-11-21T10:05:00.000Z'],
    [3, '2026-11-21T10:30:00.000Z'],
    [4, '2026-11-21T12:00:00.000Z'],
    [5, '2026-11-21T15:00:00.000Z'],
    [6, '2026-11-21T20:00:00.000Z'],
    [7, '2026-11-22T00:00:00.000Z'],
    [8, '2026-11-22T06:00:00.000Z'],
    [9, '2026-11-22T10:00:00.000Z'],
  ])('after attempt %i waits until %s', (attempts, expected) => {
    const at = nextAttemptAt(attempts, NOW, middle);
    expect(new Date(at ?? Number.NaN).toISOString()).toBe(expected);
  });

  it('gives up after the tenth attempt, whatever the receiver wishes', () => {
    expect(nextAttemptAt(10, NOW, middle)).toBeUndefined();
    expect(nextAttemptAt(10, NOW, middle, 60_000)).toBeUndefined();
  });

  it('waits longer than planned where the receiver asks for it, never less', () => {
    const random = () => 0;
    expect(nextAttemptAt(1, NOW, random, 120 * SECOND_MS)).toBe(NOW + 120 * SECOND_MS);
    expect(nextAttemptAt(4, NOW, middle, 120 * SECOND_MS)).toBe(NOW + 2 * HOUR_MS);
  });

  it('is never parked for more than a day by a receiver', () => {
    const yearMs = 365 * 24 * HOUR_MS;
    expect(nextAttemptAt(1, NOW, () => 0, yearMs)).toBe(NOW + 24 * HOUR_MS);
  });

  it('holds its bounds for every attempt, every wish and every draw', () => {
    const anyAttempt = fc.integer({ min: 1, max: RETRY_DELAYS_MS.length });
    const anyDraw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const anyWish = fc.option(fc.integer({ min: 0, max: 10 * MAX_RETRY_AFTER_MS }), { nil: undefined });
    fc.assert(
      fc.property(anyAttempt, anyDraw, anyWish, (attempts, draw, wishMs) => {
        const delayMs = RETRY_DELAYS_MS[attempts - 1] ?? Number.NaN;
        const waitMs = (nextAttemptAt(attempts, NOW, () => draw, wishMs) ?? Number.NaN) - NOW;
        const wishHeardMs = Math.min(wishMs ?? 0, MAX_RETRY_AFTER_MS);
        expect(waitMs).toBeGreaterThanOrEqual(Math.floor(Math.max(delayMs * (1 - JITTER), wishHeardMs)));
        expect(waitMs).toBeLessThanOrEqual(Math.ceil(Math.max(delayMs, wishHeardMs) * (1 + JITTER)));
      }),
    );
  });

  it('spreads out deliveries that failed together, with and without a wish', () => {
    for (const wishMs of [undefined, HOUR_MS]) {
      const early = nextAttemptAt(2, NOW, () => 0, wishMs) ?? Number.NaN;
      const late = nextAttemptAt(2, NOW, () => 0.999, wishMs) ?? Number.NaN;
      expect(late - early).toBeGreaterThan(60 * SECOND_MS);
    }
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Sat, 21 Nov 2026 10:01:30 GMT', 90_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-21', undefined],
    ['9'.repeat(400), undefined],
  ])('%s is %s ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });
});
