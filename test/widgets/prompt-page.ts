import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type {
  Cart,
  CartNudgePrompt,
  ChoiceQuestion,
  NpsQuestion,
  Prompt,
  QuestionPrompt,
  TextQuestion,
} from '@handrail/sdk/protocol';
import type { Answer, EmailReply, MountOptions, MountOutcome } from '@handrail/widgets';
import type { Page } from 'playwright-core';

/** The very file that sites load; `npm test` has built it. */
const WIDGETS = fileURLToPath(new URL('../../sdk/dist/page/handrail-widgets.js', import.meta.url));

/** What `openPage` leaves in the page. */
declare global {
  interface Window {
    widgets: typeof import('@handrail/widgets');
    answers: Answer[];
    emails: EmailReply[];
    outcomes: MountOutcome[];
    unmount: () => void;
    /** Directives of the page's Content-Security-Policy that something broke. */
    violations: string[];
    /** Keys that the page's own shortcuts got to see. */
    keysSeen: string[];
  }
}

const PAGE_SCRIPT = `
window.answers = []; window.emails = []; window.outcomes = []; window.violations = []; window.keysSeen = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.effectiveDirective));
document.addEventListener('keydown', (event) => window.keysSeen.push(event.key));
window.widgets = await import('/widgets.js');
document.documentElement.dataset.ready = '';
`;

export interface PageSetup {
  /** [body=one button] */
  body?: string;
  /** The page's own stylesheet. */
  css?: string;
  /** Content-Security-Policy. */
  csp?: string;
}

/** A site of one page, on a free port. */
export async function startSite() {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://site');
    const files: Record<string, [type: string, body: string]> = {
      '/widgets.js': ['text/javascript', readFileSync(WIDGETS, 'utf8')],
      '/page.js': ['text/javascript', PAGE_SCRIPT],
      '/page.css': ['text/css', url.searchParams.get('css') ?? ''],
      '/cart': ['text/html', '<!doctype html><html lang="en"><title>Cart</title><h1>Cart</h1></html>'],
      '/': [
        'text/html',
        `<!doctype html><html lang="en-GB"><title>Shop</title><meta name="viewport" content="width=device-width">
        <link rel="stylesheet" href="/page.css?css=${encodeURIComponent(url.searchParams.get('css') ?? '')}">
        <main>${url.searchParams.get('body') ?? ''}</main><script type="module" src="/page.js"></script></html>`,
      ],
    };
    const [type, body] = files[url.pathname] ?? ['text/plain', ''];
    response.statusCode = url.pathname in files ? 200 : 404;
    response.setHeader('content-type', `${type}; charset=utf-8`);
    const csp = url.searchParams.get('csp');
    if (csp) response.setHeader('content-security-policy', csp);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    async open(page: Page, { body = '<button>Buy</button>', ...setup }: PageSetup = {}): Promise<void> {
      await page.goto(`${origin}/?${new URLSearchParams({ body, ...setup })}`);
      await page.waitForSelector('html[data-ready]');
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Mounts the prompt in the page, which keeps what is called back. */
export function mountIn(page: Page, prompt: Prompt, cart: Cart | null = null): Promise<void> {
  return page.evaluate(
    ({ prompt, cart }) => {
      window.unmount = window.widgets.mount(prompt, {
        cart,
        onAnswer: (answer) => window.answers.push(answer),
        onEnd: (outcome) => window.outcomes.push(outcome),
      });
    },
    { prompt, cart },
  );
}

export const called = (page: Page): Promise<{ answers: Answer[]; outcomes: MountOutcome[] }> =>
  page.evaluate(() => ({ answers: window.answers, outcomes: window.outcomes }));

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
