/** Loaded only where a page gives an option that there is not: says so once, with the one that was meant. */

/** A third of the letters may be wrong: more, and it is another word. */
const MAX_WRONG_SHARE = 1 / 3;

const OPTIONS = [
  'writeKey',
  'endpoint',
  'global',
  'consent',
  'cmp',
  'whenDenied',
  'dataLayer',
  'capture',
  'off',
  'prompts',
  'widgets',
  'hashRouting',
  'scrubParams',
  'cookieDomain',
  'linkDomains',
];

/** What is like no option is left alone: a script tag carries attributes of others too. */
export function warnOfOptions(given: string[]): void {
  const remarks = given.flatMap((name) => {
    const meant = nearest(name, OPTIONS);
    return meant === undefined ? [] : `there is no option ${name}, did you mean ${meant}?`;
  });
  if (remarks.length > 0) console.warn(`handrail: ${remarks.join(' ')}`);
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
