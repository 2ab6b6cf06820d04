/** Whether publishing needs a replay: a prompt's words or an e-mail's can go live at once. Pure. */
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
export function foldsAlike(one: Site, other: Site): boolean {
  return foldedPart(one) === foldedPart(other);
}

function foldedPart(site: Site): string {
  const entries = Object.entries(site).filter(([key]) => !NOT_FOLDED.has(key));
  return JSON.stringify({
    ...Object.fromEntries(entries),
    // Of prompts, which questions there are: answers to others are not kept.
    prompts: site.prompts.map((prompt) => [
      prompt.id,
      'questions' in prompt ? prompt.questions.map(({ id, type }) => [id, type]) : [],
    ]),
    // Of sequences, what their conditions have to remember.
    sequences: site.sequences.map(({ start, goal, steps }) => [start, goal, steps.map((step) => step.if)]),
  });
}
