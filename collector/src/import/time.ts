import { DateTime } from 'luxon';

const ISO_DATE = /^\d{4}-\d{2}-\d{2}/;

/**
 * A time as tables have it: ISO 8601, with a `T` or a blank, with or without its zone.
 *
 * @param timezone IANA name, for a time that names none
 * @param format of times that are written otherwise, in Luxon's tokens: `dd.MM.yyyy HH:mm`; `X` and `x` are seconds and
 *   milliseconds since 1970 (https://moment.github.io/luxon/#/formatting?id=table-of-tokens)
 * @returns milliseconds UTC, or `null` for what is no time
 */
export function parseTime(text: string, timezone: string, format?: string): number | null {
  return (
    candidates(text, timezone, format)
      .find(({ isValid }) => isValid)
      ?.toMillis() ?? null
  );
}

function candidates(text: string, timezone: string, format: string | undefined): DateTime[] {
  const zone = { zone: timezone };
  // Luxon writes these two, and does not read them.
  if (format === 'X' || format === 'x') {
    return /^\d+$/.test(text) ? [DateTime.fromMillis(Number(text) * (format === 'X' ? 1_000 : 1))] : [];
  }
  if (format !== undefined) return [DateTime.fromFormat(text, format, zone)];
  return ISO_DATE.test(text) ? [DateTime.fromISO(text, zone), DateTime.fromSQL(text, zone)] : [];
}
