import { closest, distance } from 'fastest-levenshtein';

/** What to say after an unknown name: the one that was probably meant, else all there are. */
export function nearest(wrong: string, known: string[]): string {
  if (known.length === 0) return ': there is none';
  const candidate = closest(wrong, known);
  const isNear = distance(wrong, candidate) <= Math.max(2, wrong.length / 3);
  return isNear ? `: did you mean "${candidate}"?` : `; known here: ${known.join(', ')}`;
}
