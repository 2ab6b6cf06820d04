import type { JsonObject } from '@handrail/sdk/protocol';
import { checkSite, type SiteProblem } from './check.ts';
import type { PromptDocument } from './schema/prompt.ts';
import type { Site } from './schema.ts';

/** A prompt of this id as it would be in the site, in the place of the one that is there now, with the site's own errors. */
export function checkDraft(
  site: Site,
  id: string,
  draft: JsonObject,
): { ok: true; prompt: PromptDocument } | { ok: false; problems: SiteProblem[] } {
  if (draft.id !== id) return { ok: false, problems: [{ path: 'prompt.id', message: `expected "${id}"` }] };
  const known = site.prompts.findIndex((each) => each.id === id);
  const index = known < 0 ? site.prompts.length : known;
  const prompts = [...site.prompts.slice(0, index), draft, ...site.prompts.slice(index + 1)];
  const checked = checkSite({ ...site, prompts });
  if (checked.ok) return { ok: true, prompt: checked.site.prompts[index] as PromptDocument };
  const problems = checked.problems.map(({ path, message }) => ({
    path: path.replace(`prompts[${index}]`, 'prompt'),
    message,
  }));
  return { ok: false, problems };
}
