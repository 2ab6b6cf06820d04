import type { PromptDecision } from './prompts/ledger.ts';
import type { Consent, Drops } from './protocol.ts';

/** Why the SDK did what it did, since the page loaded. */
export interface Explanation {
  /** As it is now; empty where Handrail does nothing at all. Without that for analytics prompts are not even asked for. */
  consent: Readonly<Partial<Consent>>;
  /** How many touchpoints were dropped, by reason. */
  drops: Readonly<Drops>;
  /** How it stands with each of the site's prompts on this page, in order of priority; empty until they are loaded. */
  prompts: readonly PromptDecision[];
}
