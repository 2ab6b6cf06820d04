type FiveSteps = readonly [string, string, string, string, string];

/** Every word that is not the site's own. `{{…}}` is filled in. Worded so that no number needs a plural. */
export interface Strings {
  /** Said by screen readers: the prompt stands before everything else on the page. */
  appeared: string;
  close: string;
  question: string;
  step: string;
  beforeYouGo: string;
  next: string;
  send: string;
  skip: string;
  /** A question that can't be skipped was sent without an answer. */
  answerNeeded: string;
  thanks: string;
  optional: string;
  other: string;
  /** Names the field that "Other" opens. */
  otherLabel: string;
  /** Ends of an NPS scale. */
  unlikely: string;
  likely: string;
  /** From lowest to highest. */
  satisfaction: FiveSteps;
  agreement: FiveSteps;
  thumbsUp: string;
  thumbsDown: string;
  cart: string;
  total: string;
  moreItems: string;
  notNow: string;
  copy: string;
  copied: string;
  cartSent: string;
  email: string;
  emailNeeded: string;
  name: string;
  company: string;
  phone: string;
  privacy: string;
}

export const ENGLISH: Strings = {
  appeared: '{{title}} You can answer at the start of the page, or ignore this.',
  close: 'Close',
  question: 'Quick question',
  step: 'Question {{step}} of {{steps}}',
  beforeYouGo: 'Before you go',
  next: 'Next',
  send: 'Send',
  skip: 'Skip',
  answerNeeded: 'Please give an answer first.',
  thanks: 'Thank you!',
  optional: 'optional',
  other: 'Other',
  otherLabel: 'Please tell us more',
  unlikely: 'Not likely',
  likely: 'Very likely',
  satisfaction: ['Very dissatisfied', 'Dissatisfied', 'Neither nor', 'Satisfied', 'Very satisfied'],
  agreement: ['Strongly disagree', 'Disagree', 'Neither nor', 'Agree', 'Strongly agree'],
  thumbsUp: 'Thumbs up',
  thumbsDown: 'Thumbs down',
  cart: 'Your cart',
  total: 'Total',
  moreItems: 'More items: {{count}}',
  notNow: 'Not now',
  copy: 'Copy',
  copied: 'Copied',
  cartSent: 'It’s on its way: have a look at your inbox.',
  email: 'E-mail address',
  emailNeeded: 'Please enter an e-mail address, such as ada@example.com.',
  name: 'Name',
  company: 'Company',
  phone: 'Phone',
  privacy: 'Privacy notice',
};
