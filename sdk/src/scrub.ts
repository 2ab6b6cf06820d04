/**
 * Masks what tells who somebody is, or opens a door, in texts that happen to contain it: e-mail addresses, tokens,
 * card numbers, click ids and the parameters that the site names. The collector does the same again
 * (collector/src/ingest/scrub.ts), for other senders; test/support/scrub-cases.ts holds both to it.
 *
 * Linear in the text: each expression that is looked for consumes what it has seen, and what is then asked of a
 * piece is anchored, or cannot begin again in what it has seen.
 */

export const MASK = '***';

/** A parameter of a query, or of a fragment that looks like one. */
const PARAMETER = /([?&#;])([^=?&#;\s]+)=([^?&#\s]*)/g;
/** Ids that advertisers append; each stands for one person's click. */
const CLICK_ID =
  /^(gclid|gbraid|wbraid|dclid|msclkid|fbclid|ttclid|twclid|li_fat_id|yclid|epik|rdt_cid|sccid)$/i;
/** `hr` is our own hand-over from one domain to the next. */
const SECRET = /token|secret|passw|api_?key|^(auth|hr|jwt|otp|sig|signature)$/i;
/** Secret where long: a short one is a voucher, a state of the union or a piano's. */
const OPAQUE = /^(code|key|state|s(ession)?_?id|session)$/i;
const OPAQUE_MIN_CHARS = 16;

const WORD = /[^\s/?&#=,;:"'<>()]+/g;
const EMAIL = /.(@|%40)[^@%]*\.[a-z]{2}/i;
const JWT = /^eyJ[\w-]+\.[\w-]+\./;

/** Cards have 14 to 19 digits and begin with 2 to 6 (ISO/IEC 7812), written with blanks or dashes or without. */
const DIGITS = /\b\d(?:[ -]?\d){13,18}\b/g;

/** Returns the text with what is private masked. */
export type Scrub = (text: string) => string;

/** @param clickIdValues whether the values of click ids are left as they are */
export function createScrub(privateParameters: readonly string[], clickIdValues: boolean): Scrub {
  const isMasked = (name: string, value: string) =>
    (!clickIdValues && CLICK_ID.test(name)) ||
    SECRET.test(name) ||
    (OPAQUE.test(name) && value.length >= OPAQUE_MIN_CHARS) ||
    privateParameters.includes(name);
  return (text) =>
    text
      .replace(PARAMETER, (all, mark, name, value) =>
        isMasked(name, value) ? `${mark}${name}=${MASK}` : all,
      )
      .replace(WORD, (word) => (EMAIL.test(word) || JWT.test(word) ? MASK : word))
      .replace(DIGITS, (digits) => (isCard(digits.replace(/\D/g, '')) ? MASK : digits));
}

export function isClickId(parameter: string): boolean {
  return CLICK_ID.test(parameter);
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
