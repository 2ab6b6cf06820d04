import { matchesGlob, passesAll, valueAt } from '../condition.ts';
import type { Condition, PageContext, Prompt, PromptReason, Trigger } from '../protocol.ts';

const PROMPT_TYPES = /^(survey|exit_poll|cart_nudge|message|lead_form)$/;
const QUESTION_TYPES = /^(nps|csat|ces|thumbs|likert|choice|multiple_choice|text)$/;

/** What speaks against the prompt on this page from the start, if anything does: the trigger too, where one is given. */
export function whyNotHere(prompt: Prompt, page: PageContext, trigger?: Trigger): PromptReason | undefined {
  try {
    if (!isKnown(prompt)) return 'unknown_type';
    return isMeantFor(page, prompt.if) && canFireOn(page, trigger) ? undefined : 'wrong_page';
  } catch {
    // What cannot even be read is of a newer collector's.
    return 'unknown_type';
  }
}

/** A cached copy of this code may meet a newer collector. */
function isKnown(prompt: Prompt): boolean {
  if (!PROMPT_TYPES.test(prompt.type)) return false;
  return !('questions' in prompt) || prompt.questions.every(({ type }) => QUESTION_TYPES.test(type));
}

/** As far as the condition says plainly which pages it is about. */
function isMeantFor(page: PageContext, condition: Condition | undefined): boolean {
  if (!condition) return true;
  if ('all' in condition) return condition.all.every((each) => isMeantFor(page, each));
  return !('page' in condition) || passesAll(condition.page, (path) => valueAt(page, path));
}

function canFireOn(page: PageContext, trigger: Trigger | undefined): boolean {
  if (!trigger) return true;
  if ('any' in trigger) return trigger.any.some((each) => canFireOn(page, each));
  return !('page' in trigger) || matchesGlob(trigger.page, page.path ?? '');
}
