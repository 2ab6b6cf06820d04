const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1_440;

/**
 * @param quietHours from and to as `HH:MM`; over midnight where from is later
 * @param timezone IANA name; UTC where it is none, as it came from a browser
 * @returns when the quiet hours that `now` lies in end, or `null` outside of them
 */
export function endOfQuietHours(
  [from, to]: readonly [string, string],
  timezone: string,
  now: number,
): number | null {
  const start = minuteOf(from);
  const end = minuteOf(to);
  const minute = minuteOfDay(now, timezone);
  const sinceStart = (minute - start + MINUTES_PER_DAY) % MINUTES_PER_DAY;
  const length = (end - start + MINUTES_PER_DAY) % MINUTES_PER_DAY;
  if (sinceStart >= length) return null;
  const startOfMinute = now - (now % MS_PER_MINUTE);
  return startOfMinute + (length - sinceStart) * MS_PER_MINUTE;
}

function minuteOf(timeOfDay: string): number {
  const [hours = 0, minutes = 0] = timeOfDay.split(':').map(Number);
  return hours * 60 + minutes;
}

function minuteOfDay(now: number, timezone: string): number {
  return minuteOf(formatterFor(timezone).format(now));
}

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return formatterFor('UTC');
  }
}
