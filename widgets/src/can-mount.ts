import type { Prompt, Question } from '@handrail/sdk/protocol';
import { placeFor } from './layout.ts';

const QUESTION_TYPES: Question['type'][] = [
  'nps',
  'csat',
  'ces',
  'thumbs',
  'likert',
  'choice',
  'multiple_choice',
  'text',
];

/**
 * Whether this build can show the prompt, on this page. It may not know its kind: a cached copy of these widgets
 * can meet a newer collector, with kinds of prompts and questions that it has never heard of.
 */
export function canMount(prompt: Prompt): boolean {
  switch (prompt.type) {
    case 'survey':
    case 'exit_poll':
      return (
        prompt.questions.length > 0 && prompt.questions.every(({ type }) => QUESTION_TYPES.includes(type))
      );
    case 'cart_nudge':
      return isWebLink(prompt.action.href) && isWebLink(prompt.saveCart?.privacyHref);
    case 'message':
      return isWebLink(prompt.action?.href) && placeFor(prompt) !== null;
    case 'lead_form':
      return isWebLink(prompt.privacyHref);
    default:
      return false;
  }
}

/** Anything else, `javascript:` above all, would run in the host's page. No link is as good. */
function isWebLink(href: string | undefined): boolean {
  try {
    return href === undefined || ['http:', 'https:'].includes(new URL(href, document.baseURI).protocol);
  } catch {
    return false;
  }
}
