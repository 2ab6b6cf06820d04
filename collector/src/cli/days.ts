import { InvalidArgumentError } from 'commander';

/** Of a preview. */
export function toDays(text: string): number {
  const days = Number(text);
  if (!(days >= 1 && days <= 365)) throw new InvalidArgumentError('expected a number of days from 1 to 365');
  return days;
}
