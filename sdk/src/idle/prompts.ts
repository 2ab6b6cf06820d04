import type { PromptCapabilities } from '../prompts/capabilities.ts';
import type { Prompts } from '../prompts/index.ts';
import type { LeadFacts, PromptsDocument } from '../protocol.ts';

/**
 * Asks for the site's prompts, and only where it has some loads the code that decides about them. What is told of the
 * person meanwhile waits for it.
 */
export function loadPrompts(
  getPrompts: () => Promise<PromptsDocument | null>,
  capabilities: Omit<PromptCapabilities, 'document'>,
): Prompts {
  let isStopped = false;
  let prompts: Prompts | undefined;
  let told: LeadFacts | undefined;

  async function load() {
    const document = await getPrompts();
    if (isStopped || !document?.prompts?.length) return;
    const { startPrompts } = await capabilities.load('prompts');
    if (isStopped) return;
    const started = startPrompts({ ...capabilities, document });
    if (told) started.learn(told);
    prompts = started;
  }

  // A blocked file costs the prompts, nothing else.
  load().catch(() => {});
  return {
    learn(lead) {
      told = lead;
      prompts?.learn(lead);
    },
    stop() {
      isStopped = true;
      prompts?.stop();
    },
  };
}
