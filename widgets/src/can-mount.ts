import type { Prompt, Question } from '@handrail/sdk/protocol';

const QUESTION_TYPES: Question['type'][] = ['nps', 'choice', 'text'];

/**
 * Whether this build can show the prompt. It may not: a cached copy of these widgets can meet a newer
 * collector, with kinds of prompts and questions that it has never heard of.
 */
export function canMount(prompt: Prompt): boolean {
  switch (prompt.type) {
    case 'survey':
    case 'exit_poll':
      return (
        prompt.questions.length > 0 && prompt.questions.every(({ type }) => QUESTION_TYPES.includes(type))
      );
    case 'cart_nudge':
      return isWebLink(prompt.action.href);
    default:
      return false;
  }
}

/** Anything else, `javascript:` above all, would run in the host's page. */
function isWebLink(href: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(href, document.baseURI).protocol);
  } catch {
    return false;
  }
}
