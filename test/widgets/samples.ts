/** A prompt of each kind, and a question of each. */

import type {
  Cart,
  CartNudgePrompt,
  ChoiceQuestion,
  LeadFormPrompt,
  MessagePrompt,
  NpsQuestion,
  Question,
  QuestionPrompt,
  TextQuestion,
} from '@handrail/sdk/protocol';

export const SCORE: NpsQuestion = {
  id: 'score',
  type: 'nps',
  text: 'How likely are you to recommend Olive & Oak to a friend?',
};
export const REASON: TextQuestion = {
  id: 'why',
  type: 'text',
  text: 'What is the main reason for your score?',
};
export const SURVEY = {
  id: 'nps',
  type: 'survey',
  on: { dwell: '30s' },
  questions: [SCORE, REASON],
  thanks: 'Thanks, that helps us.',
} satisfies QuestionPrompt;

export const STOPPED: ChoiceQuestion = {
  id: 'why',
  type: 'choice',
  text: 'What stopped you today?',
  options: ['Price', 'Missing a feature', 'Just looking'],
  other: true,
};
export const EXIT_POLL = {
  id: 'pricing-exit',
  type: 'exit_poll',
  on: { exitIntent: true },
  questions: [STOPPED],
} satisfies QuestionPrompt;

export const CART_NUDGE = {
  id: 'cart',
  type: 'cart_nudge',
  on: { exitIntent: true },
  title: 'Still thinking it over?',
  text: 'We keep your cart for you.',
  action: { label: 'Back to my cart', href: '/cart' },
} satisfies CartNudgePrompt;

const PICTURE =
  'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="olive"/></svg>';

export const CART = {
  items: [
    { item_id: 'oil', item_name: 'Olive oil, cold pressed', price: 12, quantity: 2, image_url: PICTURE },
    { item_id: 'board', item_name: 'Oak board', price: 39.5, quantity: 1 },
  ],
  value: 63.5,
  currency: 'GBP',
} satisfies Cart;

export const OFFER = {
  ...CART_NUDGE,
  reason: { type: 'offer', text: '10% off this order.', code: 'THANKS10' },
  saveCart: {
    label: 'E-mail me my cart',
    consentLabel: 'Send me offers as well.',
    privacyHref: '/privacy',
  },
} satisfies CartNudgePrompt;

export const MESSAGE = {
  id: 'hello',
  type: 'message',
  on: { nthSession: 2 },
  title: 'Good to see you again, {{name|friend}}',
  text: 'Have a look at what has come in.',
  action: { label: 'See what is new', href: '/cart' },
} satisfies MessagePrompt;

export const LEAD_FORM = {
  id: 'letter',
  type: 'lead_form',
  on: { scroll: 60 },
  title: 'One good letter a month',
  text: 'New arrivals, and nothing else.',
  fields: ['name', 'company', 'phone'],
  label: 'Subscribe',
  consentLabel: 'Yes, write to me.',
  privacyHref: '/privacy',
  thanks: 'Please confirm by the link in our mail.',
} satisfies LeadFormPrompt;

/** By what is special about them. */
export const QUESTIONS = {
  nps: SCORE,
  numbers: { id: 'q', type: 'csat', text: 'How satisfied are you?' },
  stars: { id: 'q', type: 'csat', look: 'stars', text: 'How satisfied are you?' },
  faces: { id: 'q', type: 'csat', look: 'faces', text: 'How satisfied are you?' },
  ces: { id: 'q', type: 'ces', text: 'It was easy to order.' },
  thumbs: { id: 'q', type: 'thumbs', text: 'Have you found it?', optional: true },
  likert: { id: 'q', type: 'likert', text: 'This page told me what I needed.' },
  choice: STOPPED,
  multiple: {
    id: 'q',
    type: 'multiple_choice',
    text: 'What was good about it?',
    options: ['Quick', 'Friendly', 'Competent'],
    other: true,
  },
  text: REASON,
} satisfies Record<string, Question>;

export const asking = (...questions: Question[]): QuestionPrompt => ({ ...SURVEY, questions });
