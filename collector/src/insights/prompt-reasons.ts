import type { PromptReason } from '@handrail/sdk/protocol';

/** Why a prompt was shown or not, for people. */
export const REASON_WORDS: { readonly [reason in PromptReason]: string } = {
  shown: 'It was shown.',
  unknown_type: 'The page has an older script, which does not know this kind of prompt or question.',
  wrong_page: 'It was on another page than the prompt is for.',
  not_triggered: 'What should bring it up did not happen before the page was left.',
  no_consent: 'The visitor has not agreed to what it needs.',
  condition: 'Its condition (`if`) did not hold.',
  empty_cart: 'There was nothing in the cart.',
  no_slot: 'The page has no such slot, and there was to be nothing else.',
  sampled_out: 'The person is not in the share that is asked (`sample`).',
  answered: 'The person has answered, and is not to be asked again yet.',
  max_shown: 'The person has been shown it as often as anybody is to be.',
  dismissed: 'The person has dismissed it not long ago.',
  budget:
    'There had been as many prompts in the session, or contacts in the week, as the contact budget allows.',
  cooldown: 'It was too soon after the last prompt.',
  lower_priority: 'Another prompt came first.',
  hidden: 'The page was in the background.',
  typing: 'The visitor was typing.',
  open_dialog: 'The page had a dialog open.',
  holdout: 'It was held back on purpose, to measure what it brings (`holdout`).',
  unavailable: 'Its code was blocked, or could not be loaded.',
};
