/** Tags: put on by a rule or by hand, and lasting until they are taken off by hand. */
import { type Facts, holds } from '@handrail/sdk/condition';
import { TAG_ADDED } from './own-notes.ts';
import { reasonOf } from './stages.ts';
import type { StandingCondition } from './standing-condition.ts';
import type { LeadState } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

/** A server's own script must not grow a lead without end. */
const MAX_TAGS = 100;
export const MAX_TAG_CHARS = 64;

type Tagged = Pick<LeadState, 'tags' | 'untagged'>;

/** By hand; the later of two notes on one tag counts, whichever came first. */
export function withTagNote(known: Tagged, touchpoint: Touchpoint): Tagged {
  const { tag } = touchpoint.properties;
  if (typeof tag !== 'string' || tag === '' || tag.length > MAX_TAG_CHARS) return known;
  const noted = own(known.tags, tag)?.at ?? own(known.untagged, tag);
  if (noted !== undefined && touchpoint.at < noted) return known;
  const { [tag]: _, ...tags } = known.tags;
  const { [tag]: __, ...untagged } = known.untagged;
  if (Object.keys(tags).length + Object.keys(untagged).length >= MAX_TAGS) return known;
  return touchpoint.name === TAG_ADDED
    ? { tags: { ...tags, [tag]: reasonOf(touchpoint) }, untagged }
    : { tags, untagged: { ...untagged, [tag]: touchpoint.at } };
}

/** By rule, as the touchpoint comes; what was taken off by hand stays off. */
export function nextTags(
  { tags, untagged }: Tagged,
  rules: readonly StandingCondition[],
  touchpoint: Touchpoint,
  facts: Facts,
): LeadState['tags'] {
  let next = tags;
  for (const { id, when } of rules) {
    if (own(next, id) || own(untagged, id) || !holds(when, facts)) continue;
    next = { ...next, [id]: reasonOf(touchpoint) };
  }
  return next;
}

function own<Value>(record: { [key: string]: Value }, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
