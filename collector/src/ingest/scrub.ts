/**
 * Masks what tells who somebody is, or opens a door, in texts that happen to contain it. The SDK does the same before
 * anything leaves the page (sdk/src/scrub.ts); this is for all other senders. test/support/scrub-cases.ts holds both to
 * it.
 *
 * Linear in the text: each expression that is looked for consumes what it has seen, and what is then asked of a
 * piece is anchored, or cannot begin again in what it has seen.
 */
import type { JsonObject, JsonValue } from '@handrail/sdk/protocol';

export const MASK = '***';

/** A parameter of a query, or of a fragment that looks like one. */
const PARAMETER = /([?&#;])([^=?&#;\s]+)=([^?&#\s]*)/g;
/** Ids that advertisers append; each stands for one person's click. */
const CLICK_ID =
  /^(gclid|gbraid|wbraid|dclid|msclkid|fbclid|ttclid|twclid|li_fat_id|yclid|epik|rdt_cid|sccid)$/i;
/** `hr` is the SDK's hand-over from one domain to the next. */
const SECRET = /token|secret|passw|api_?key|^(auth|hr|jwt|otp|sig|signature)$/i;
/** Secret where long: a short one is a voucher, or a state of the union. */
const OPAQUE = /^(code|key|state|s(ession)?_?id|session)$/i;
const OPAQUE_MIN_CHARS = 16;

const WORD = /[^\s/?&#=,;:"'<>()]+/g;
const EMAIL = /.(@|%40)[^@%]*\.[a-z]{2}/i;
const JWT = /^eyJ[\w-]+\.[\w-]+\./;

/** Cards have 14 to 19 digits and begin with 2 to 6 (ISO/IEC 7812), written with blanks or dashes or without. */
const DIGITS = /\b\d(?:[ -]?\d){13,18}\b/g;

/** What makes the search worth its time; most texts have none of it. */
const MAY_BE_WORD = /@|%40|eyJ/;
const MAY_BE_CARD = /\d[\d -]{12}/;

/** What a site says of it (`scrub` in its configuration). */
export interface ScrubSettings {
  /** Query parameters whose values are masked, besides those that always are. */
  params: readonly string[];
  /** Whether the values of click ids are kept. */
  clickIdValues: boolean;
}

/** Returns the text with what is private masked. */
export type Scrub = (text: string) => string;

export function createScrub({ params, clickIdValues }: ScrubSettings): Scrub {
  const isMasked = (name: string, value: string) =>
    (CLICK_ID.test(name) && !clickIdValues) ||
    SECRET.test(name) ||
    (OPAQUE.test(name) && value.length >= OPAQUE_MIN_CHARS) ||
    params.includes(name);
  const maskParameter = (all: string, mark: string, name: string, value: string) =>
    isMasked(name, value) ? `${mark}${name}=${MASK}` : all;

  return (text) => {
    let scrubbed = text;
    if (text.includes('=')) scrubbed = scrubbed.replace(PARAMETER, maskParameter);
    if (MAY_BE_WORD.test(text)) scrubbed = scrubbed.replace(WORD, maskWord);
    if (MAY_BE_CARD.test(text)) scrubbed = scrubbed.replace(DIGITS, maskCard);
    return scrubbed;
  };
}

/**
 * Every text in it, at any depth; the depth has been checked before (limits.ts).
 *
 * @returns the value itself, and not a copy, where there is nothing to mask
 */
export function scrubJson<Value extends JsonValue>(value: Value, scrub: Scrub): Value;
export function scrubJson(value: JsonValue, scrub: Scrub): JsonValue {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const scrubbed = value.map((each) => scrubJson(each, scrub));
    return scrubbed.some((each, index) => each !== value[index]) ? scrubbed : value;
  }
  let scrubbed: JsonObject = value;
  for (const [name, each] of Object.entries(value)) {
    const masked = scrubJson(each, scrub);
    if (masked === each) continue;
    if (scrubbed === value) scrubbed = { ...value };
    scrubbed[name] = masked;
  }
  return scrubbed;
}

/** Names of the click ids in an address, as written there. */
export function clickIdsIn(url: string | null): string[] {
  const query = url?.split('?', 2)[1];
  return query ? [...new URLSearchParams(query).keys()].filter((name) => CLICK_ID.test(name)) : [];
}

function maskWord(word: string): string {
  return EMAIL.test(word) || JWT.test(word) ? MASK : word;
}

function maskCard(digits: string): string {
  return isCard(digits.replace(/\D/g, '')) ? MASK : digits;
}

/** By Luhn's checksum (ISO/IEC 7812-1, annex B). */
function isCard(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]) * (1 + (index % 2));
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0 && /^[2-6]/.test(digits);
}
