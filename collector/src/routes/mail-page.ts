/** The pages behind the links in our mails: no script, and nothing that tells another site where the reader was. */
import { html } from 'hono/html';
import type { HandrailContext } from './context.ts';

const CSP = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function mailPage(c: HandrailContext, title: string, body: ReturnType<typeof html>) {
  return c.html(
    html`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>${title}</title><h1>${title}</h1>${body}</html>`,
    200,
    { 'Content-Security-Policy': CSP, 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' },
  );
}
