/** The hours in which nobody is written to, where the lead is. Pure. */
import { localTime, nextTimeOfDay } from '../leads/local-time.ts';

const MINUTES_PER_DAY = 1_440;

/**
 * @param quietHours times of day; the first belongs to them, the second does not. Two equal times: never quiet.
 * @returns when the quiet hours that `now` lies in end, or `null` outside of them
 */
export function endOfQuietHours(
  [from, to]: readonly [string, string],
  timezone: string,
  now: number,
): number | null {
  const { hour, minute } = localTime(now, timezone);
  const sinceStart = since(from, hour * 60 + minute);
  return sinceStart < since(from, minuteOf(to)) ? nextTimeOfDay({ time: to }, now, timezone) : null;
}

const since = (from: string, minute: number): number =>
  (minute - minuteOf(from) + MINUTES_PER_DAY) % MINUTES_PER_DAY;

function minuteOf(timeOfDay: string): number {
  const [hours = 0, minutes = 0] = timeOfDay.split(':').map(Number);
  return hours * 60 + minutes;
}
