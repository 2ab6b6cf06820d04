import { DateTime } from 'luxon';

const ISO_DATE = /^\d{4}-\d{2}-\d{2}/;

/**
 * A time as tables have it: ISO 8601, with a `T` or a blank, with or without its zone.
 *
 * @param timezone IANA name, for a time that names none
 * @param format of times that are written otherwise, in Luxon's tokens: `dd.MM.yyyy HH:mm`
 * @returns milliseconds UTC, or `null` for what is no time
 */
export function parseTime(text: string, timezone: string, format?: string): number | null {
  const zone = { zone: timezone };
  const candidates =
    format !== undefined
      ? [DateTime.fromFormat(text, format, zone)]
      : ISO_DATE.test(text)
        ? [DateTime.fromISO(text, zone), DateTime.fromSQL(text, zone)]
        : [];
  return candidates.find(({ isValid }) => isValid)?.toMillis() ?? null;
}
