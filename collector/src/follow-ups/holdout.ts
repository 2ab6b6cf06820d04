import { createHash } from 'node:crypto';

/** A number in 0…1, always the same for this lead in this sequence, evenly spread over leads. */
export function holdoutDraw(sequenceId: string, leadId: string): number {
  return createHash('sha256').update(`${sequenceId}\0${leadId}`).digest().readUInt32BE() / 2 ** 32;
}
