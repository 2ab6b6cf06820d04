/** What a lead is found by in lists, besides what has a column of its own. Pure. */
import type { CompiledSite } from '../site/compile.ts';
import { factsOf, momentOf } from './facts.ts';
import { flagsOf } from './flags.ts';
import { fitOf } from './scoring.ts';
import { segmentsOf } from './standing.ts';
import type { LeadState } from './state.ts';

export const FACET_KINDS = ['flag', 'tag', 'segment', 'fit', 'stage', 'channel', 'word'] as const;
export type FacetKind = (typeof FACET_KINDS)[number];
export interface Facet {
  kind: FacetKind;
  value: string;
}
/** `flag:at_risk` */
export const facetText = ({ kind, value }: Facet): string => `${kind}:${value}`;
export function facetFrom(text: string): Facet {
  const colon = text.indexOf(':');
  return { kind: text.slice(0, colon) as FacetKind, value: text.slice(colon + 1) };
}

/** A name of many words, and an address, are found all the same; a book is not a name. */
const MAX_WORDS = 24;
const MAX_WORD_CHARS = 64;
const SEARCHED_TRAITS = ['name', 'firstName', 'lastName', 'company', 'email'];

export function facetsOf(lead: LeadState, site: CompiledSite, now: number): Facet[] {
  const fit =
    site.site.scoring.fit.length > 0 ? fitOf(factsOf(momentOf(lead, now, site), site), site.site) : null;
  const facets = (kind: FacetKind, values: readonly string[]) => values.map((value) => ({ kind, value }));
  return [
    ...facets('stage', [lead.stage]),
    ...facets('channel', lead.source ? [lead.source.last.channel] : []),
    ...facets('fit', fit ? [fit] : []),
    ...facets('flag', Object.keys(flagsOf(lead, site, now))),
    ...facets('tag', Object.keys(lead.tags)),
    ...facets('segment', segmentsOf(lead, site, now)),
    ...facets('word', searchedWords(lead)),
  ];
}

function searchedWords({ traits, group }: LeadState): string[] {
  const texts = SEARCHED_TRAITS.map((name) =>
    Object.hasOwn(traits, name) ? traits[name]?.value : undefined,
  );
  const company = texts[SEARCHED_TRAITS.indexOf('company')];
  // Segment's spec: `company` is an object with a name.
  if (typeof company === 'object' && company !== null && 'name' in company) texts.push(company.name);
  if (group && Object.hasOwn(group.traits, 'name')) texts.push(group.traits.name);
  const words = texts.flatMap((text) => (typeof text === 'string' ? wordsIn(text) : []));
  return [...new Set(words)].slice(0, MAX_WORDS);
}

/**
 * Words as they are compared: in lower case, without accents. One with signs in it, such as an e-mail address, is found
 * whole, by its domain, and by each of its parts.
 */
export function wordsIn(text: string): string[] {
  return plainWords(text).flatMap((word) => [
    word,
    ...word.split('@').slice(1),
    ...(word.match(/[\p{L}\p{N}]+/gu) ?? []),
  ]);
}

/** What was searched for, each of which must be the beginning of a word. */
export function plainWords(text: string): string[] {
  const plain = text.slice(0, 1_000).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.split(/[\s,;]+/u).flatMap((word) => (word === '' ? [] : [word.slice(0, MAX_WORD_CHARS)]));
}
