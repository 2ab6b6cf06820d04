import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coolsAt, decayed, heatOf, heatToReach, scoreOf } from '../../../collector/src/leads/heat.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-21T12:00:00Z');
const score = fc
  .double({ min: -1000, max: 1000, noNaN: true })
  .map((points) => Math.round(points * 100) / 100);
const at = fc.integer({ min: NOW - 3650 * DAY_MS, max: NOW });
const halfLifeMs = fc.integer({ min: DAY_MS / 10, max: 3650 * DAY_MS });

describe('heat', () => {
  test('is the score, kept in a way that does not age', () => {
    fc.assert(
      fc.property(
        score,
        at,
        halfLifeMs,
        fc.integer({ min: 0, max: 365 * DAY_MS }),
        (points, when, half, later) => {
          const expected = decayed(points, later, half);
          expect(scoreOf(heatOf(points, when, half), when + later, half)).toBeCloseTo(expected, 5);
        },
      ),
    );
  });

  test('ranks leads as their scores do, at any time, no matter when they were last touched', () => {
    fc.assert(
      fc.property(score, at, score, at, halfLifeMs, (a, atA, b, atB, half) => {
        const now = NOW + DAY_MS;
        const [scoreA, scoreB] = [decayed(a, now - atA, half), decayed(b, now - atB, half)];
        fc.pre(Math.abs(scoreA - scoreB) > 1e-6);
        expect(heatOf(a, atA, half) > heatOf(b, atB, half)).toBe(scoreA > scoreB);
      }),
    );
  });

  test('stays finite over more half-lives than a double has exponents', () => {
    const halfLife = DAY_MS / 10;
    const heat = heatOf(10, NOW, halfLife);
    expect(Number.isFinite(heat)).toBe(true);
    expect(scoreOf(heat, NOW, halfLife)).toBeCloseTo(10, 6);
  });

  test('tells the first millisecond at which a lead is cooler, and none for one that is so already', () => {
    const halfLife = 30 * DAY_MS;
    const heat = heatOf(100, NOW, halfLife);
    const at = coolsAt(heat, 50, NOW, halfLife) ?? 0;
    // Scores are rounded to a millionth, so that 49.9999995 still is 50.
    expect(at - (NOW + halfLife)).toBeLessThan(50);
    expect(coolsAt(heat, 100.1, NOW, halfLife)).toBeNull();
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.double({ min: 1, max: 1000, noNaN: true }),
        halfLifeMs,
        (threshold, share, half) => {
          const points = heatOf(threshold * share, NOW, half);
          const cools = coolsAt(points, threshold, NOW, half);
          fc.pre(cools !== null);
          expect(scoreOf(points, cools ?? 0, half)).toBeLessThan(threshold);
          expect(scoreOf(points, (cools ?? 0) - 1, half)).toBeGreaterThanOrEqual(threshold);
        },
      ),
    );
  });

  test('cuts a list where the scores, as they are shown, reach a number', () => {
    fc.assert(
      fc.property(score, at, score, halfLifeMs, (points, when, least, half) => {
        const heat = heatOf(points, when, half);
        const shown = scoreOf(heat, NOW, half);
        // Nearer than a double can tell, either answer is right.
        fc.pre(Math.abs(shown - least) !== 0 || points === least);
        expect(heat >= heatToReach(least, NOW, half)).toBe(shown >= least);
      }),
    );
  });
});
