/** What people can be reached by, as text of one form for each: it is looked up, and compared. */
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * A phone number in E.164, as in `+442079460958`, however it is written.
 *
 * @param country of a number that names none
 * @returns `null` for what cannot be one, and for an extension: several people share the number before it
 */
export function e164(text: unknown, country: CountryCode | undefined): string | null {
  if (typeof text !== 'string') return null;
  const number = parsePhoneNumberFromString(text, {
    extract: false,
    ...(country && { defaultCountry: country }),
  });
  // By its length alone: which prefixes are in use changes faster than software is updated.
  return number?.isPossible() && !number.ext ? number.number : null;
}

/** An e-mail address, trimmed and in lower case; `null` for what cannot be one. */
export function emailOf(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const address = text.trim().toLowerCase();
  return address.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(address) ? address : null;
}
