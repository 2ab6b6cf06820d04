/**
 * The parameter by which a link takes the visitor from one of the site's domains to another. As in Google's linker
 * it is no secret, and its checksum no signature: it only makes a link that was copied, mailed or shared lead to
 * nobody, because it holds for two minutes and for this browser.
 */
export const PARAMETER = 'hr';

/** From the click to the next page. A time exactly this old still holds. */
const VALID_MS = 120_000;
/** time.checksum.anonymousId, numbers in base 36. */
const SHAPE = /^([\da-z]+)\.([\da-z]+)\.(.+)$/;

/** `browser` is whatever is the same on both domains: the user agent, its language, the site's key. */
export function writeHandOver(anonymousId: string, browser: string, now: number): string {
  const time = now.toString(36);
  return `${time}.${checksum(`${time} ${anonymousId} ${browser}`)}.${anonymousId}`;
}

/** The visitor that is handed over; `undefined` where it is too late, or another browser. */
export function readHandOver(text: string, browser: string, now: number): string | undefined {
  const [, time = '', sum, anonymousId = ''] = SHAPE.exec(text) ?? [];
  const ageMs = now - Number.parseInt(time, 36);
  const holds = ageMs >= 0 && ageMs <= VALID_MS && sum === checksum(`${time} ${anonymousId} ${browser}`);
  return holds ? anonymousId : undefined;
}

/** Whether it is ours: other software may have a parameter of this name. */
export function isHandOver(text: string): boolean {
  return SHAPE.test(text);
}

/** The address with the parameter set, all else in it untouched. */
export function withHandOver(url: string, handOver: string): string {
  const [address = '', ...hash] = withoutHandOver(url).split('#');
  const mark = address.includes('?') ? '&' : '?';
  return [`${address}${mark}${PARAMETER}=${encodeURIComponent(handOver)}`, ...hash].join('#');
}

/** The address without it, all else in it untouched. */
export function withoutHandOver(url: string): string {
  return url.replace(/([?&])hr=[^&#]*(&?)/, (_, mark, next) => (next ? mark : ''));
}

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/): `crypto.subtle` needs time and a secure context. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
