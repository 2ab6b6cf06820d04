/** Every word that is not the site's own. */
export const strings = {
  /** Said by screen readers; the prompt stands before everything else on the page. */
  appeared: (title: string) => `${title} You can answer at the start of the page, or ignore this.`,
  close: 'Close',
  question: 'Quick question',
  step: (step: number, steps: number) => `Question ${step} of ${steps}`,
  beforeYouGo: 'Before you go',
  next: 'Next',
  send: 'Send',
  thanks: 'Thank you!',
  optional: 'Optional',
  other: 'Other',
  otherLabel: 'Please tell us more',
  lowLabel: 'Not likely',
  highLabel: 'Very likely',
  cart: 'Your cart',
  total: 'Total',
  moreItems: (count: number) => (count === 1 ? 'and 1 more item' : `and ${count} more items`),
  notNow: 'Not now',
};
