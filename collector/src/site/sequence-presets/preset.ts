import type { MessageTemplate } from '../../follow-ups/channels/template.ts';
import type { SequenceInput } from '../schema/sequence.ts';

/** A sequence ready to switch on: `{ "preset": "welcome" }` among a site's `sequences`. */
export interface SequencePreset {
  /** Also the id of its sequence. */
  id: string;
  name: string;
  /** What it is for, in a sentence. */
  purpose: string;
  /** What it goes by that no page tells by itself. A sequence that is to go by other names gives them beside `preset`. */
  expects: {
    /** Names of touchpoints that start, steer or end it. */
    touchpoints: readonly string[];
    /** Of the lead; those that only its texts use have a fallback there. */
    traits: readonly string[];
    /** Ids of the site's prompts. */
    prompts: readonly string[];
  };
  /** As many of its messages as may fall into seven days, where that is more than a site's budget usually has room for. */
  messagesPerWeek?: number;
  sequence: Omit<SequenceInput, 'id' | 'preset'>;
  /** By their ids; used where the site has no template of that id. */
  templates: { readonly [id: string]: MessageTemplate };
}
