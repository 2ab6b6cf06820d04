import type { createDecision } from './decision.ts';
import type { watchDelays } from './delays.ts';
import type { startPrompts } from './index.ts';
import type { showPreview } from './preview.ts';
import type { show } from './show.ts';
import type { Languages, Widgets } from './widgets.ts';

/** What only pages with prompts load, each when it is needed. */
export interface PromptFiles {
  prompts: { startPrompts: typeof startPrompts };
  /** Where a delayed trigger waits. */
  delays: { watchDelays: typeof watchDelays };
  /** Where a trigger has fired. */
  decision: { createDecision: typeof createDecision };
  /** Where a prompt is due. */
  show: { show: typeof show };
  widgets: Widgets;
  /** Our own words where the prompt's are not English. */
  languages: Languages;
  /** Where the address asks for a draft. */
  preview: { showPreview: typeof showPreview };
}

export type LoadPromptFile = <Name extends keyof PromptFiles>(name: Name) => Promise<PromptFiles[Name]>;
