/**
 * A test on touchpoints, compiled once: a site has many rules, and most touchpoints meet most of them.
 */
import { globMatcher, passes, valueAt } from '@handrail/sdk/condition';
import type { ValueTest, ValueTests } from '@handrail/sdk/protocol';
import type { Touchpoint } from './touchpoint.ts';

export type Matcher = (touchpoint: Touchpoint) => boolean;

export function matcherOf(name: string, where: ValueTests = {}): Matcher {
  const fields = Object.entries(where).map(([path, test]) => ({ read: readerOf(path), holds: testOf(test) }));
  return (touchpoint) =>
    touchpoint.name === name && fields.every(({ read, holds }) => holds(read(touchpoint)));
}

/** `path`, `url`, `title`, `referrer`, `channel` are the touchpoint's own; anything else is a property. */
export function readerOf(path: string): (touchpoint: Touchpoint) => unknown {
  if (path === 'channel') return ({ source }) => source?.channel;
  if (path === 'path' || path === 'url' || path === 'title' || path === 'referrer') {
    return ({ page, properties }) => page?.[path] ?? valueAt(properties, path);
  }
  return ({ properties }) => valueAt(properties, path);
}

function testOf(test: ValueTest): (value: unknown) => boolean {
  if (typeof test !== 'string') return (value) => passes(test, value);
  const matchesLower = globMatcher(test);
  return (value) =>
    typeof value === 'string'
      ? matchesLower(lowerCase(value))
      : typeof value === 'number' && matchesLower(String(value));
}

let lastText = '';
let lastLower = '';

/** One touchpoint's path is asked about by rule after rule. */
function lowerCase(text: string): string {
  if (text !== lastText) {
    lastText = text;
    lastLower = text.toLowerCase();
  }
  return lastLower;
}
