/** A shop page with scripts of its own, and one visit to it. What a page may do to itself goes before those scripts. */
import type { Frame, Page } from 'playwright-core';

declare global {
  interface Window {
    /** What the page's own scripts did and saw, in order. */
    hostLog: string[];
  }
}

const NONCE = 'c2hvcA';

export interface Hostility {
  /** Runs before everything else of the page. */
  script?: string;
  /** The page's policy; `NONCE` stands for its nonce, `COLLECTOR` for the collector's origin. */
  policy?: string;
  /** Markup of the tags. [tags=one] */
  tags?: string;
}

/** @param tags leave out for the page as it is without Handrail */
export function shopPage(
  { script = '', policy = '' }: Hostility,
  tags: string,
  collectorUrl: string,
): string {
  const meta = policy.replaceAll('NONCE', `'nonce-${NONCE}'`).replaceAll('COLLECTOR', collectorUrl);
  return `
    ${meta && `<meta http-equiv="Content-Security-Policy" content="${meta}">`}
    <script nonce="${NONCE}">
      window.hostLog = [];
      addEventListener('error', (event) => hostLog.push('error ' + event.message));
      addEventListener('unhandledrejection', (event) => hostLog.push('rejection ' + event.reason));
      addEventListener('securitypolicyviolation', (event) => hostLog.push('violation ' + event.violatedDirective + ' ' + event.blockedURI));
      window.handrail = [];
      window.dataLayer = [];
    </script>
    <script nonce="${NONCE}">${script}</script>
    ${tags.replaceAll('<handrail', `<handrail data-consent="granted" nonce="${NONCE}"`)}
    <main>
      <button id="view">View</button> <button id="add">Add to cart</button> <button id="book">Book</button>
      <button id="sign-up">Sign up</button> <button id="route">Pricing</button> <button id="report">Report</button>
      <form id="newsletter" action="/thanks"><input name="email" aria-label="E-mail"><button>Join</button></form>
      <a id="next" href="/next">Next</a>
    </main>
    <script nonce="${NONCE}">
      const on = (id, type, action) => document.getElementById(id).addEventListener(type, action);
      on('view', 'click', () => {
        const pushed = dataLayer.push({ event: 'view_item', ecommerce: { currency: 'GBP', items: [{ item_id: 'board', price: 40 }] } });
        hostLog.push('view ' + pushed);
      });
      on('add', 'click', () => {
        handrail.push(['track', 'add_to_cart', { currency: 'GBP', items: [{ item_id: 'oil', price: 12.5, quantity: 2 }] }]);
        hostLog.push('add');
      });
      on('book', 'click', () => {
        handrail.push(['track', 'demo_booked', { plan: 'team', seats: [1, 2], nested: { deep: ['x', { y: 'z' }] }, when: new Date(0) }]);
        hostLog.push('book');
      });
      on('sign-up', 'click', () => {
        handrail.push(['identify', 'ada', { email: 'ada@example.com', interests: ['oil', 'boards'] }]);
        hostLog.push('sign-up');
      });
      on('route', 'click', () => {
        history.pushState(null, '', '/pricing?plan=team');
        document.title = 'Pricing';
        hostLog.push('route ' + location.pathname);
      });
      on('newsletter', 'submit', (event) => {
        event.preventDefault();
        hostLog.push('submit ' + event.target.email.value);
      });
      on('report', 'click', () => {
        const extras = [];
        for (const key in []) extras.push(key);
        const asJson = (() => { try { return JSON.stringify({ list: ['a'] }) } catch (error) { return String(error) } })();
        const copied = (() => { try { return Array.from(new Set([1])).length } catch (error) { return String(error) } })();
        hostLog.push('json ' + asJson, 'copied ' + copied, 'extras ' + extras, 'frames ' + frames.length,
          'styles ' + document.querySelectorAll('style, link[rel=stylesheet]').length, 'body ' + document.body.style.cssText);
        handrail.push(['track', 'walk_done']);
      });
    </script>`;
}

/**
 * One visit, by buttons and links as a visitor would; `shop` may be a frame of the page.
 *
 * @param onBooked waits for what the page may show then
 * @returns what the page's own scripts did and saw
 */
export async function walk(page: Page, shop: Frame, onBooked?: () => Promise<unknown>): Promise<string[]> {
  // All files of ours have come by then.
  if (onBooked) await page.waitForLoadState('networkidle');
  await shop.click('#view');
  await shop.click('#add');
  await shop.click('#sign-up');
  await shop.click('#route');
  await shop.fill('[name=email]', 'ada@example.com');
  await shop.click('#newsletter button');
  await shop.click('#book');
  await onBooked?.();
  await shop.click('#report');
  return shop.evaluate(() => window.hostLog);
}
