/** Whether publishing needs a replay: a prompt's words or an e-mail's can go live at once. Pure. */
import type { CompiledSite } from './compile.ts';
import type { Site } from './schema.ts';

/** What no fold asks for. Anything else is taken to matter, so that a new key cannot be forgotten here. */
const NOT_FOLDED: ReadonlySet<string> = new Set([
  '$schema',
  'name',
  'origins',
  'contactBudget',
  'email',
  'templates',
  'endpoints',
  // But for what their conditions look back to.
  'sequences',
] satisfies (keyof Site)[]);

/** Whether every history folds into the same lead under both. */
export function foldsAlike(one: CompiledSite, other: CompiledSite): boolean {
  return foldedPart(one) === foldedPart(other);
}

function foldedPart({ site, memories, dates, timedLeaves }: CompiledSite): string {
  const entries = Object.entries(site).filter(([key]) => !NOT_FOLDED.has(key));
  const remembered = memories.map(({ key, size }) => `${key} ${size}`).sort();
  return JSON.stringify({
    ...Object.fromEntries(entries),
    prompts: site.prompts.map(answerable),
    remembered,
    // By which each lead's next change was set.
    timed: { dates, leaves: timedLeaves },
  });
}

/** Which answers to a prompt are kept, and as what: options are, in whatever language they were read. */
function answerable(prompt: Site['prompts'][number]): unknown[] {
  if (!('questions' in prompt)) return [prompt.id];
  const questions = prompt.questions.map((question) => [
    question.id,
    question.type,
    'options' in question && question.options,
  ]);
  return [prompt.id, questions, prompt.translations];
}
