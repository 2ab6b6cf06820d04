/** `from` and `to` of a question about some days: UTC, both included. */
import { z } from '@hono/zod-openapi';
import { iso } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { Span } from '../store/prompts.ts';

const DAY_MS = 86_400_000;

export const periodQuery = {
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
};

export interface Period extends Span {
  /** As the answer names them. */
  days: { from: string; to: string };
}

/** @param days how long it is where `from` is not given; `to` is today unless given */
export function periodOf(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  days: number,
  now: number,
): Period {
  const last = to ?? dayOf(now);
  const first = from ?? dayOf(Date.parse(last) - (days - 1) * DAY_MS);
  if (first > last) {
    throw new Problem(400, 'invalid_parameter', 'from: expected a day that is not after `to`', {
      field: 'from',
    });
  }
  return { from: Date.parse(first), to: endOfDay(last), days: { from: first, to: last } };
}

/** The first moment after it. */
export const endOfDay = (day: string): number => Date.parse(day) + DAY_MS;
export const dayOf = (at: number): string => iso(at).slice(0, 10);
