/**
 * Ready prompts for the moments that matter: to copy into a site's `prompts`, and to change to one's own words.
 * Paths, touchpoint names, sums and codes are the usual ones of a shop or a service, not those of any site.
 */

import type { Prompt } from '@handrail/sdk/protocol';

export interface PromptTemplate {
  /** Also the id of its prompt. */
  id: string;
  /** When it comes up, and what it tells the owner. */
  moment: string;
  prompt: Prompt;
}

export const PROMPT_TEMPLATES: readonly PromptTemplate[] = [
  {
    id: 'awareness',
    moment: 'A first visit, after a look around: what people come for, in their own words.',
    prompt: {
      id: 'awareness',
      type: 'survey',
      on: { any: [{ dwell: '40s' }, { nthPage: 3 }] },
      if: { session: { number: 1 } },
      sample: 0.5,
      questions: [
        {
          id: 'looking-for',
          type: 'text',
          text: 'What were you hoping to find today?',
          placeholder: 'A few words are plenty',
        },
        {
          id: 'found',
          type: 'thumbs',
          text: 'Have you found it?',
          optional: true,
        },
      ],
      thanks: 'Thank you, that tells us where to look.',
    },
  },
  {
    id: 'onboarding',
    moment: 'Just signed up: the doubt or hurdle that costs you the others.',
    prompt: {
      id: 'onboarding',
      type: 'survey',
      on: { touchpoint: 'sign_up', after: '2m' },
      questions: [
        {
          id: 'almost-stopped',
          type: 'choice',
          text: 'What almost stopped you from getting started?',
          options: ['Nothing at all', 'The price', 'It seemed a lot of work', 'I wasn’t sure it was for me'],
          other: true,
          next: [
            { if: { option: 'Nothing at all' }, to: 'end' },
            { if: { skipped: true }, to: 'end' },
          ],
        },
        {
          id: 'convinced',
          type: 'text',
          text: 'And what made you go on all the same?',
        },
      ],
      thanks: 'Thank you, and welcome aboard!',
    },
  },
  {
    id: 'pricing-exit',
    moment: 'Leaving the prices: what stands between interest and a yes.',
    prompt: {
      id: 'pricing-exit',
      type: 'exit_poll',
      on: { exitIntent: true, minOnPage: '5s' },
      if: { page: { path: '/pricing*' } },
      questions: [
        {
          id: 'stopped',
          type: 'choice',
          text: 'What stopped you today?',
          options: ['The price', 'A missing feature', 'I have questions first', 'Just looking'],
          other: true,
          next: [{ if: { option: 'A missing feature' }, to: 'feature' }, { to: 'end' }],
        },
        {
          id: 'feature',
          type: 'text',
          text: 'Which feature would have made the difference?',
        },
      ],
      thanks: 'Thank you for being frank.',
    },
  },
  {
    id: 'checkout-exit',
    moment: 'Leaving the checkout: what the last step still gets wrong.',
    prompt: {
      id: 'checkout-exit',
      type: 'exit_poll',
      on: { exitIntent: true, minOnPage: '5s' },
      if: { page: { path: '/checkout*' } },
      questions: [
        {
          id: 'held-back',
          type: 'choice',
          text: 'What is keeping you from ordering?',
          options: [
            'Delivery costs',
            'Delivery takes too long',
            'My way to pay is missing',
            'I’d like to compare first',
            'Something didn’t work',
          ],
          other: true,
          next: [{ if: { option: 'Something didn’t work' }, to: 'broken' }, { to: 'end' }],
        },
        {
          id: 'broken',
          type: 'text',
          text: 'Sorry about that! What happened?',
          placeholder: 'What you did, and what you saw',
        },
      ],
      thanks: 'Thank you. Your cart will be here when you come back.',
    },
  },
  {
    id: 'post-purchase',
    moment: 'Right after an order: buyers still know what nearly made them leave.',
    prompt: {
      id: 'post-purchase',
      type: 'survey',
      on: { touchpoint: 'purchase', after: '2s' },
      askAgain: '180d',
      questions: [
        {
          id: 'ease',
          type: 'ces',
          text: 'It was easy to place my order.',
        },
        {
          id: 'almost-stopped',
          type: 'text',
          text: 'Was there anything that almost stopped you?',
        },
      ],
      thanks: 'Thank you, and enjoy your order!',
    },
  },
  {
    id: 'task-effort',
    moment: 'A task was done: how much work it was (customer effort).',
    prompt: {
      id: 'task-effort',
      type: 'survey',
      on: { task: 'done' },
      sample: 0.3,
      askAgain: '90d',
      questions: [
        {
          id: 'effort',
          type: 'ces',
          text: 'It was easy to get this done.',
          next: [{ if: { lte: 4 }, to: 'hard' }, { to: 'end' }],
        },
        {
          id: 'hard',
          type: 'text',
          text: 'Which part took more effort than it should?',
        },
      ],
    },
  },
  {
    id: 'support',
    moment: 'A support case was closed: whether the help was any (customer satisfaction).',
    prompt: {
      id: 'support',
      type: 'survey',
      on: { any: [{ touchpoint: 'support_closed' }, { code: true }] },
      askAgain: '30d',
      questions: [
        {
          id: 'satisfaction',
          type: 'csat',
          look: 'faces',
          text: 'How satisfied are you with the help you got?',
          next: [{ if: { lte: 3 }, to: 'better' }, { if: { gte: 4 }, to: 'good' }, { to: 'end' }],
        },
        {
          id: 'better',
          type: 'text',
          text: 'What should we have done differently?',
          next: [{ to: 'end' }],
        },
        {
          id: 'good',
          type: 'multiple_choice',
          text: 'What was good about it?',
          options: ['Quick', 'Friendly', 'Knew their stuff', 'Solved it for good'],
          randomize: true,
          optional: true,
        },
      ],
    },
  },
  {
    id: 'nps',
    moment: 'People who keep coming back: would they recommend you, and why (Net Promoter Score).',
    prompt: {
      id: 'nps',
      type: 'survey',
      on: { nthSession: 5 },
      askAgain: '180d',
      questions: [
        {
          id: 'score',
          type: 'nps',
          text: 'How likely are you to recommend us to a friend or colleague?',
          next: [{ if: { gte: 9 }, to: 'love' }],
        },
        {
          id: 'improve',
          type: 'text',
          text: 'What would make it more than a {{score|score like that}}?',
          next: [{ to: 'end' }],
        },
        {
          id: 'love',
          type: 'text',
          text: 'Wonderful! What do you like most?',
        },
      ],
      thanks: 'Thank you, we read every answer.',
    },
  },
  {
    id: 'cancellation',
    moment: 'On the way to cancel: the reason, while it is fresh.',
    prompt: {
      id: 'cancellation',
      type: 'survey',
      on: { page: '*/cancel*' },
      questions: [
        {
          id: 'reason',
          type: 'choice',
          text: 'What didn’t work for you?',
          options: [
            'It costs too much',
            'Something is missing',
            'It is hard to use',
            'I no longer need it',
            'I found something better',
          ],
          other: true,
          randomize: true,
        },
        {
          id: 'keep',
          type: 'text',
          text: 'Is there anything we could have done?',
        },
      ],
      thanks: 'Thank you. We are sorry to see you go.',
    },
  },
  {
    id: 'agreement',
    moment: 'A regular customer on a help page: does the documentation do its work?',
    prompt: {
      id: 'agreement',
      type: 'survey',
      on: { any: [{ scroll: 80 }, { dwell: '60s' }] },
      if: { page: { path: '/help*' } },
      sample: 0.3,
      askAgain: '90d',
      questions: [
        {
          id: 'clear',
          type: 'likert',
          text: 'This page told me what I needed to know.',
          next: [
            { if: { gte: 4 }, to: 'end' },
            { if: { skipped: true }, to: 'end' },
          ],
        },
        {
          id: 'missing',
          type: 'text',
          text: 'What is missing?',
        },
      ],
    },
  },
  {
    id: 'cart-nudge',
    moment: 'Leaving with a full cart, or letting it wait: a reminder, and the cart by e-mail.',
    prompt: {
      id: 'cart-nudge',
      type: 'cart_nudge',
      on: { any: [{ exitIntent: true }, { cartIdle: '10m' }] },
      if: { cart: { value: { gte: 20 } } },
      holdout: 0.1,
      goal: { touchpoint: 'purchase', within: '7d' },
      title: 'Still thinking it over?',
      text: 'Take your time. Your cart stays as it is.',
      action: { label: 'Back to my cart', href: '/cart' },
      reason: { type: 'delivery', text: 'Free delivery, and 30 days to change your mind.' },
      saveCart: {
        label: 'E-mail me my cart',
        consentLabel: 'Send me news and offers as well. I can unsubscribe at any time.',
        privacyHref: '/privacy',
      },
    },
  },
  {
    id: 'cart-offer',
    moment: 'A large cart left to wait in a second session: an offer may tip the scales.',
    prompt: {
      id: 'cart-offer',
      type: 'cart_nudge',
      on: { any: [{ exitIntent: true }, { cartIdle: '10m' }] },
      if: { all: [{ cart: { value: { gte: 60 } } }, { session: { number: { gte: 2 } } }] },
      holdout: 0.2,
      goal: { touchpoint: 'purchase', within: '7d' },
      maxShown: 1,
      title: 'Here’s a little something',
      action: { label: 'Go to checkout', href: '/checkout' },
      reason: { type: 'offer', text: '10% off this order, until Sunday.', code: 'THANKS10' },
    },
  },
  {
    id: 'newsletter',
    moment: 'Reading for a while: an address, given because it is worth it.',
    prompt: {
      id: 'newsletter',
      type: 'lead_form',
      on: { any: [{ scroll: 60 }, { nthPage: 4 }] },
      maxShown: 2,
      title: 'One good letter a month',
      text: 'New arrivals, the story behind them, and nothing else.',
      label: 'Subscribe',
      consentLabel: 'Yes, write to me by e-mail. I can unsubscribe at any time.',
      privacyHref: '/privacy',
      thanks: 'Almost done: please confirm by the link that we have just sent you.',
    },
  },
  {
    id: 'demo',
    moment: 'The prices seen twice in a week: someone who would rather talk to a person.',
    prompt: {
      id: 'demo',
      type: 'lead_form',
      on: {
        touchpoint: 'page_view',
        where: { path: '/pricing*' },
        count: { gte: 2 },
        within: '7d',
        after: '15s',
      },
      maxShown: 2,
      goal: { touchpoint: 'demo_booked', within: '14d' },
      title: 'Shall we show you around?',
      text: 'Twenty minutes, your questions, no slides. We’ll suggest a time by e-mail.',
      fields: ['name', 'company'],
      label: 'Ask for a demo',
      consentLabel: 'Keep me posted about news, too. I can unsubscribe at any time.',
      privacyHref: '/privacy',
      thanks: 'Thank you! You’ll hear from us within a working day.',
    },
  },
  {
    id: 'welcome-back',
    moment: 'A second session: go on where they left off.',
    prompt: {
      id: 'welcome-back',
      type: 'message',
      on: { nthSession: 2 },
      maxShown: 1,
      title: 'Good to see you again, {{name|friend}}',
      text: 'Have a look at what has come in since you were here.',
      action: { label: 'See what’s new', href: '/new' },
      variants: [
        {
          if: { cart: { value: { gt: 0 } } },
          title: 'Good to see you again, {{name|friend}}',
          text: 'Your cart is just as you left it.',
          action: { label: 'Go to my cart', href: '/cart' },
        },
      ],
    },
  },
  {
    id: 'delivery-dates',
    moment: 'Anyone in the shop while it matters: one line on top of the page.',
    prompt: {
      id: 'delivery-dates',
      type: 'message',
      layout: 'bar',
      on: { page: '*' },
      maxShown: 2,
      title: 'Order by Friday noon and it’s there for the weekend.',
      action: { label: 'Delivery times', href: '/delivery' },
    },
  },
  {
    id: 'campaign-hello',
    moment: 'From a campaign: the landing page says what the advertisement promised.',
    prompt: {
      id: 'campaign-hello',
      type: 'message',
      on: { page: '/' },
      if: { source: { campaign: 'spring*' } },
      slot: { name: 'hero', fallback: 'card' },
      title: 'Your spring offer is waiting',
      text: 'Everything for the table, 15% off until the end of May.',
      action: { label: 'See the collection', href: '/spring' },
    },
  },
  {
    id: 'plan-limit',
    moment: 'The limit of a plan is reached: a choice that can’t wait.',
    prompt: {
      id: 'plan-limit',
      type: 'message',
      layout: 'modal',
      on: { touchpoint: 'limit_reached' },
      goal: { touchpoint: 'plan_upgraded', within: '7d' },
      title: 'You have reached the limit of your plan',
      text: 'Nothing is lost: what you have stays as it is. To add more, choose a larger plan.',
      action: { label: 'Compare plans', href: '/pricing' },
    },
  },
];
