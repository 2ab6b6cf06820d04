/**
 * Where in [0, 1) the text falls: always the same for one text, evenly spread over many. So a person's place is
 * drawn once, without storing it, and a busy trigger cannot draw again.
 *
 * FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), whose high bits hardly know of the last letters, and to mix
 * them MurmurHash3's finalizer (https://github.com/aappleby/smhasher/wiki/MurmurHash3).
 */
export function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
