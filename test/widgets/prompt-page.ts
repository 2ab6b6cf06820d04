import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Prompt } from '@handrail/sdk/protocol';
import type { Answer, EmailReply, MountOptions, MountOutcome } from '@handrail/widgets';
import type { Page } from 'playwright-core';

/** The very files that sites load; `npm test` has built them. */
const BUILT = fileURLToPath(new URL('../../sdk/dist/page/', import.meta.url));
const built = (file: string): string => readFileSync(`${BUILT}${file}`, 'utf8');

/** What `openPage` leaves in the page. */
declare global {
  interface Window {
    widgets: typeof import('@handrail/widgets');
    languages: typeof import('@handrail/widgets/languages');
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
window.languages = await import('/languages.js');
document.documentElement.dataset.ready = '';
`;

export interface PageSetup {
  /** [body=one button] */
  body?: string;
  /** The page's own stylesheet. */
  css?: string;
  /** Runs before everything else. */
  script?: string;
  /** Content-Security-Policy. */
  csp?: string;
}

/** A site of one page, on a free port. */
export async function startSite() {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://site');
    const files: Record<string, [type: string, body: string]> = {
      '/widgets.js': ['text/javascript', built('handrail-widgets.js')],
      '/languages.js': ['text/javascript', built('handrail-languages.js')],
      '/early.js': ['text/javascript', url.searchParams.get('script') ?? ''],
      '/page.js': ['text/javascript', PAGE_SCRIPT],
      '/page.css': ['text/css', url.searchParams.get('css') ?? ''],
      '/cart': ['text/html', '<!doctype html><html lang="en"><title>Cart</title><h1>Cart</h1></html>'],
      '/': [
        'text/html',
        `<!doctype html><html lang="en-GB"><title>Shop</title><meta name="viewport" content="width=device-width">
        <script src="/early.js?script=${encodeURIComponent(url.searchParams.get('script') ?? '')}"></script>
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
export function mountIn(
  page: Page,
  prompt: Prompt,
  given: Partial<Pick<MountOptions, 'cart' | 'traits' | 'theme' | 'strings'>> = {},
): Promise<void> {
  return page.evaluate(
    ({ prompt, given }) => {
      window.unmount = window.widgets.mount(prompt, {
        cart: null,
        traits: {},
        ...given,
        onAnswer: (answer) => window.answers.push(answer),
        onEmail: (reply) => window.emails.push(reply),
        onEnd: (outcome) => window.outcomes.push(outcome),
      });
    },
    { prompt, given },
  );
}

interface Called {
  answers: Answer[];
  emails: EmailReply[];
  outcomes: MountOutcome[];
}
export const called = (page: Page): Promise<Called> =>
  page.evaluate(() => ({ answers: window.answers, emails: window.emails, outcomes: window.outcomes }));
