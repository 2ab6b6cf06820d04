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
] satisfies (keyof Site)[]);

/** Whether every history folds into the same lead under both. */
export function foldsAlike(one: CompiledSite, other: CompiledSite): boolean {
  return foldedPart(one) === foldedPart(other);
}

function foldedPart({ site, sequences }: CompiledSite): string {
  const entries = Object.entries(site).filter(([key]) => !NOT_FOLDED.has(key));
  return JSON.stringify({
    ...Object.fromEntries(entries),
    prompts: site.prompts.map(answerable),
    // Of sequences, what their conditions have to remember.
    sequences: sequences.map(({ start, goal, steps }) => [start, goal, steps.map((step) => step.if)]),
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
