import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coolsAt, decayed, heatOf, scoreOf } from '../../../collector/src/leads/heat.ts';

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

  test('tells the moment at which a lead cools, and none for one that is already below', () => {
    const halfLife = 30 * DAY_MS;
    const heat = heatOf(100, NOW, halfLife);
    expect(coolsAt(heat, 50, NOW, halfLife)).toBe(NOW + halfLife);
    expect(coolsAt(heat, 100, NOW, halfLife)).toBeNull();
  });
});
