import type { LoadPromptFile } from './files.ts';
import type { Strings } from './widgets.ts';

/** Our own words for a prompt in this language. English ones come with the widgets, and have to do where others cannot be had. */
export async function stringsIn(
  language: string | undefined,
  load: LoadPromptFile,
): Promise<Strings | undefined> {
  if (!language || /^en\b/i.test(language)) return undefined;
  try {
    const { stringsFor } = await load('languages');
    return stringsFor(language);
  } catch {
    return undefined;
  }
}
