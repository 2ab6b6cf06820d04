import type { Site } from './api-types.ts';

/** One language for words and numbers: the page's own, not the browser's. */
const LOCALE = 'en-GB';

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });

/** `"3 minutes ago"`, `"in 12 days"`, `"now"`. */
export function relativeTime(iso: string, nowMs: number): string {
  const awayMs = Date.parse(iso) - nowMs;
  const [unit, unitMs] = UNITS.find(([, ms]) => Math.abs(awayMs) >= ms) ?? ['second', 1_000];
  return relative.format(Math.trunc(awayMs / unitMs), unit);
}

const oneDecimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const signed = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const signedExact = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
});

/** `57.3` */
export const scoreText = (score: number): string => oneDecimal.format(score);
/** `+18.7` */
export const pointsText = (points: number): string => signed.format(points);
/** `+18.66`: fine enough that a column of them adds up. */
export const exactPointsText = (points: number): string => signedExact.format(points);

const whole = new Intl.NumberFormat(LOCALE);
/** `1,204` */
export const countText = (count: number): string => whole.format(count);
/** `30.5 %` */
export const percentText = (percent: number): string => `${oneDecimal.format(percent)} %`;

const UNIT_WORDS: { [unit: string]: string } = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
};

/** `30d` → `30 days` */
export function durationText(duration: string): string {
  const [, amount, unit = ''] = /^([\d.]+)([a-z]+)$/.exec(duration) ?? [];
  const word = UNIT_WORDS[unit];
  return word ? `${amount} ${word}${amount === '1' ? '' : 's'}` : duration;
}

/** An id or a GA4 name as words: `page_view` → `Page view`. */
export function words(id: string): string {
  const text = id.replaceAll(/[_-]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Who a lead is, for people: the end of the id tells anonymous ones apart, as ids begin with the time. */
export function leadLabel(lead: { id: string; name: string | null; email: string | null }): string {
  return lead.name || lead.email || `Visitor ${lead.id.slice(-6)}`;
}

/** What depends on the site. */
export interface SiteFormats {
  /** `Wed, 2 Dec 2026, 08:11:00 GMT` */
  moment(iso: string): string;
  /** `08:11:00` */
  clock(timeMs: number): string;
  /** `£42.00`; `currency` is what the touchpoint said, which may be anything or nothing. */
  money(amount: number, currency: unknown): string;
}

export function createSiteFormats({ timezone, currency: siteCurrency }: Site): SiteFormats {
  const moment = new Intl.DateTimeFormat(LOCALE, {
    timeZone: timezone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
  const clock = new Intl.DateTimeFormat(LOCALE, { timeZone: timezone, timeStyle: 'medium' });
  return {
    moment: (iso) => moment.format(new Date(iso)),
    clock: (timeMs) => clock.format(timeMs),
    money(amount, currency) {
      // Intl throws a RangeError on a code of any other form.
      const code = typeof currency === 'string' && /^[a-z]{3}$/i.test(currency) ? currency : siteCurrency;
      return new Intl.NumberFormat(LOCALE, { style: 'currency', currency: code }).format(amount);
    },
  };
}
