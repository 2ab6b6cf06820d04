/** Loaded only where an option is wrong, by its name or its value: says so once, with the one that was meant. */

import { CAPTURE_NAMES } from './capture-names.ts';
import { CONSENT_PLATFORMS } from './config.ts';
import { CONSENT_STATES } from './consent.ts';

/** A third of the letters may be wrong: more, and it is another word. */
const MAX_WRONG_SHARE = 1 / 3;

/** Each with the words that it may be, where those are few. */
const OPTIONS: Record<string, readonly string[] | undefined> = {
  writeKey: undefined,
  endpoint: undefined,
  global: undefined,
  consent: CONSENT_STATES,
  cmp: CONSENT_PLATFORMS,
  whenDenied: ['nothing', 'cookieless'],
  dataLayer: undefined,
  capture: undefined,
  off: CAPTURE_NAMES,
  prompts: undefined,
  widgets: undefined,
  languages: undefined,
  hashRouting: undefined,
  scrubParams: undefined,
  clickIdValues: undefined,
  cookieDomain: undefined,
  linkDomains: undefined,
};

/** What is like no option is left alone: a script tag carries attributes of others too. */
export function warnOfOptions(wrong: object): void {
  const remarks = Object.entries(wrong).flatMap(([name, value]) => {
    if (name === 'writeKey') return value ? [] : ['writeKey is missing.'];
    if (name === 'endpoint') return isAddress(value) ? [] : [`endpoint is not an http(s) address: ${value}.`];
    const known = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    return known ? valueRemarks(name, value, known) : nameRemarks(name);
  });
  if (remarks.length > 0) console.warn(`handrail: ${remarks.join(' ')}`);
}

function isAddress(value: unknown): boolean {
  return /^https?:/.test(String(value));
}

function nameRemarks(name: string): string[] {
  const meant = nearest(name, Object.keys(OPTIONS));
  return meant === undefined ? [] : [`there is no option ${name}, did you mean ${meant}?`];
}

function valueRemarks(option: string, value: unknown, known: readonly string[]): string[] {
  const given = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  return given
    .filter((each) => !known.includes(each))
    .map((each) => {
      const meant = nearest(String(each), known);
      const advice = meant === undefined ? `it can be ${known.join(', ')}.` : `did you mean ${meant}?`;
      return `${option} cannot be "${each}", ${advice}`;
    });
}

export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let leastWrong = name.length * MAX_WRONG_SHARE;
  for (const each of known) {
    const wrong = editDistance(name.toLowerCase(), each.toLowerCase());
    if (wrong > leastWrong) continue;
    best = each;
    leastWrong = wrong;
  }
  return best;
}

/** Letters to add, leave out, exchange or swap with their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
