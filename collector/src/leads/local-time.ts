/** Times of day and dates where the lead is. Pure. */
import { DateTime } from 'luxon';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** In the lead's own time zone. */
export interface TimeOfDay {
  /** `09:00` */
  time: string;
  /** [days=every day] */
  days?: 'weekdays' | Weekday[] | undefined;
}

/** An unknown time zone is UTC. */
export function localTime(at: number, timezone: string): DateTime {
  const local = DateTime.fromMillis(at, { zone: timezone });
  return local.isValid ? local : DateTime.fromMillis(at, { zone: 'utc' });
}

const DAYS_A_WEEK = 7;
const WORKING_DAYS = WEEKDAYS.slice(0, 5);

/** The first such time that is not before `from`. */
export function nextTimeOfDay({ time, days }: TimeOfDay, from: number, timezone: string): number {
  const start = localTime(from, timezone);
  const wanted = days === 'weekdays' ? WORKING_DAYS : (days ?? WEEKDAYS);
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  // One more than a week: today's may be over.
  for (let ahead = 0; ahead <= DAYS_A_WEEK; ahead++) {
    const candidate = start.plus({ days: ahead }).set({ hour, minute, second: 0, millisecond: 0 });
    const day = WEEKDAYS[candidate.weekday - 1];
    if (candidate.toMillis() >= from && day && wanted.includes(day)) return candidate.toMillis();
  }
  return from;
}

/** A date alone begins at midnight where the lead is; `null` for what is no date. */
export function dateFrom(value: unknown, timezone: string): DateTime | null {
  if (typeof value !== 'string') return null;
  const date = DateTime.fromISO(value, { zone: localTime(0, timezone).zone });
  return date.isValid ? date : null;
}
