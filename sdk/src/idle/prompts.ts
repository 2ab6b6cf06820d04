import type { PromptCapabilities } from '../prompts/index.ts';
import type { PromptsDocument } from '../protocol.ts';

/** Where the code comes from that only pages with prompts need. */
export interface PromptLoaders {
  loadDecision(): Promise<{ startPrompts(capabilities: PromptCapabilities): () => void }>;
  loadWidgets: PromptCapabilities['loadWidgets'];
}

/**
 * Asks for the site's prompts, and only where it has some loads the code that decides about them.
 * Returns how to stop, at any time.
 */
export function loadPrompts(
  { loadDecision, loadWidgets }: PromptLoaders,
  getPrompts: () => Promise<PromptsDocument | null>,
  capabilities: Omit<PromptCapabilities, 'document' | 'loadWidgets'>,
): () => void {
  let isStopped = false;
  let stop: (() => void) | undefined;

  async function load() {
    const document = await getPrompts();
    if (isStopped || !document?.prompts?.length) return;
    const { startPrompts } = await loadDecision();
    if (!isStopped) stop = startPrompts({ ...capabilities, document, loadWidgets });
  }

  // A blocked file costs the prompts, nothing else.
  load().catch(() => {});
  return () => {
    isStopped = true;
    stop?.();
  };
}
