/**
 * What makes two leads look like one person: each lead has a few keys, and who shares one is a likely duplicate. Never
 * enough to merge them (identity.ts does that), only to ask. Pure.
 */
import type { JsonValue } from '@handrail/sdk/protocol';
import { e164 } from '../ingest/addresses.ts';
import type { Site } from '../site/schema.ts';
import type { LeadState } from './state.ts';

export const MATCH_KINDS = ['same_email', 'same_phone', 'same_name_and_company'] as const;
export type MatchKind = (typeof MATCH_KINDS)[number];
export interface MatchKey {
  kind: MatchKind;
  value: string;
}

/** @param addresses that the lead answers to, besides what its traits say */
export function matchKeys(
  { traits, group }: Pick<LeadState, 'traits' | 'group'>,
  addresses: { kind: 'email' | 'phone'; value: string }[],
  country: Site['country'],
): MatchKey[] {
  const valuesOf = (kind: 'email' | 'phone') =>
    addresses.filter((each) => each.kind === kind).map(({ value }) => value);
  const emails = [textOf(traits.email?.value), ...valuesOf('email')].map(mailboxOf);
  const phones = [e164(traits.phone?.value, country), ...valuesOf('phone')];
  const name = plainName(fullName(traits));
  const company = plainCompany(companyOf(traits.company?.value) ?? companyOf(group?.traits));
  const keysOf = (kind: MatchKind, values: (string | null)[]): MatchKey[] =>
    [...new Set(values)].flatMap((value) => (value ? [{ kind, value }] : []));
  return [
    ...keysOf('same_email', emails),
    ...keysOf('same_phone', phones),
    ...keysOf('same_name_and_company', [name && company && `${name}\n${company}`]),
  ];
}

const GMAIL = new Set(['gmail.com', 'googlemail.com']);

/**
 * Where the mail ends up: what follows a plus sign is only a tag (RFC 5233), and at Gmail dots do not count
 * (https://support.google.com/mail/answer/7436150). Elsewhere `a.b@` and `ab@` are two people.
 */
export function mailboxOf(email: string | null): string | null {
  const [, local = '', domain = ''] = /^(.+)@([^@]+)$/.exec(email?.trim().toLowerCase() ?? '') ?? [];
  const [untagged = ''] = local.split('+', 1);
  if (!untagged) return null;
  return GMAIL.has(domain) ? `${untagged.replaceAll('.', '')}@gmail.com` : `${untagged}@${domain}`;
}

/** Without regard to case, accents, punctuation and the order of the words (`Lovelace, Ada`). */
export function plainName(name: string | null): string {
  return wordsOf(name).sort().join(' ');
}

/** At the end of a company's name these tell its legal form, and are often left out. */
const LEGAL_FORMS = new Set(
  'ab ag aps as asa bv co company corp corporation gmbh inc incorporated kg kk limited llc llp ltd nv ohg oy oyj plc pte pty sa sarl sas se spa srl sro ug'.split(
    ' ',
  ),
);

/** As a name, and without its legal form. A name that consists of nothing else is left alone. */
export function plainCompany(company: string | null): string {
  // `S.A.` and `Co., Ltd.` are written with and without their stops.
  const words = wordsOf(company?.replace(/\.(?=\S)|\.$/g, '') ?? null);
  let length = words.length;
  while (length > 1 && LEGAL_FORMS.has(words[length - 1] ?? '')) length--;
  return words.slice(0, length).join(' ');
}

/** Accents are told apart from letters in Latin only: elsewhere, a mark may be a vowel. */
function wordsOf(text: string | null): string[] {
  const folded = (text ?? '')
    .normalize('NFKD')
    .replace(/(?<=\p{Script=Latin})\p{Script=Inherited}+/gu, '')
    .normalize('NFC')
    // Upper first: `ß` becomes `SS`.
    .toUpperCase()
    .toLowerCase();
  return folded.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

function fullName({ name, firstName, lastName }: LeadState['traits']): string | null {
  const parts = [firstName, lastName].map((each) => textOf(each?.value)).filter(Boolean);
  return textOf(name?.value) ?? (parts.length === 2 ? parts.join(' ') : null);
}

/** A text, or as Segment has it, an object with a `name`. */
function companyOf(value: JsonValue | undefined): string | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? textOf(value.name)
    : textOf(value);
}

/** What is longer is no name, and would only make the keys large. */
const MAX_CHARS = 254;

const textOf = (value: JsonValue | undefined): string | null =>
  typeof value === 'string' && value.length <= MAX_CHARS ? value : null;
