import { CHANNEL_KINDS } from '../follow-ups/channels/kinds.ts';
import { holdoutDraw } from '../follow-ups/holdout.ts';
import { previewLinks } from '../follow-ups/links.ts';
import type { Outside } from './life.ts';

/** A collector's own channels and chance. */
export const OUTSIDE: Outside = {
  kinds: CHANNEL_KINDS,
  chanceOf: holdoutDraw,
  links: { of: () => previewLinks },
};
