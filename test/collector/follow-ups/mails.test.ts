import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEmailChannel, type EmailChannel } from '../../../collector/src/follow-ups/channels/email.ts';
import { SCAN_WINDOW_MS } from '../../../collector/src/follow-ups/click-check.ts';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

let sink: SmtpSink;
let email: EmailChannel;
let collector: TestCollector;
let nextId = 0;
beforeEach(async () => {
  sink = await startSmtpSink();
  email = createEmailChannel(sink.url);
});
afterEach(async () => {
  await collector.close();
  email.close();
  await sink.close();
});

const LETTER = `Hello {{name|there}},

your cart waits:
{{cart.items}}

[Back to it](https://shop.example/cart?for={{userId|nobody}}), or see https://elsewhere.example/a.`;

async function open({ email: mailing = {}, ...changes }: { email?: object } & Record<string, unknown> = {}) {
  collector = await startCollector({
    site: {
      name: 'Shop',
      currency: 'GBP',
      origins: ['https://shop.example'],
      scoring: { rules: [{ id: 'email', when: { touchpoint: 'email_clicked' }, points: 3 }] },
      email: { from: 'Shop <hello@shop.example>', ...mailing },
      templates: { letter: { subject: 'Your cart, {{name|friend}}', text: LETTER } },
      contactBudget: { messages: { perWeek: 50 } },
      sequences: [
        {
          id: 'cart',
          start: { touchpoint: 'add_to_cart' },
          reentry: '0s',
          holdout: 0,
          steps: [{ after: '1h', send: { channel: 'email', template: 'letter' } }],
        },
      ],
      ...changes,
    },
    channels: { email },
  });
}
const message = (person: string, fields: object) => ({
  messageId: `m-${nextId++}`,
  anonymousId: person,
  timestamp: new Date(collector.clock.now).toISOString(),
  context: { consent: { categoryPreferences: { marketing: true } } },
  ...fields,
});
const CART = {
  items: [
    { item_id: 'oil', item_name: 'Oil', price: 22.5, quantity: 2, image_url: 'https://shop.example/oil.png' },
    { item_id: 'bowl' },
  ],
  value: 45,
  currency: 'GBP',
};
/** Somebody puts something into the cart. */
async function cartOf(person: string, traits: object = {}): Promise<void> {
  await collector.ingest(
    message(person, {
      type: 'identify',
      userId: person,
      traits: { email: `${person}@example.com`, name: 'Ada', ...traits },
    }),
    message(person, { type: 'track', event: 'add_to_cart', properties: { cart: CART } }),
  );
}
async function passes(ms: number): Promise<void> {
  collector.clock.now += ms;
  await collector.dispatcher.tick();
}
async function mailed(): Promise<{ text: string; html: string; raw: string }> {
  await cartOf('ada');
  await passes(HOUR_MS);
  const { text = '', html = '', raw } = sink.mails.at(-1) ?? { raw: '' };
  return { text, html, raw };
}
const pathsIn = (text: string, kind: string): string[] =>
  Array.from(
    text.matchAll(new RegExp(`https://collect\\.example(/${kind}/[\\w.~-]+)`, 'g')),
    ([, path]) => path ?? '',
  );
const get = (path: string, userAgent = CHROME, method = 'GET') =>
  collector.request(path, { method, headers: { 'user-agent': userAgent } });
const ownerDoes = (method: string, path: string, body?: object) =>
  collector.request(path, {
    method,
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
async function touchpoints(name: string) {
  const [lead] = (await collector.owner('/v1/leads')).data;
  const { data } = await collector.owner(`/v1/leads/${lead.id}/touchpoints?limit=100`);
  return data.filter((each: { name: string }) => each.name === name);
}
const score = async () => (await collector.owner('/v1/leads')).data[0].score;

describe('one template', () => {
  test('makes the text and the HTML: merged and escaped, the cart, links with where they came from', async () => {
    await open({ email: { trackClicks: false } });
    const { text, html } = await mailed();
    const utm = 'utm_source=handrail&utm_medium=email&utm_campaign=cart&utm_content=letter';
    expect(text).toContain('Hello Ada,\n\nyour cart waits:\n2 × Oil\n1 × bowl\n');
    expect(text).toContain(
      `Back to it: https://shop.example/cart?for=ada&${utm}, or see https://elsewhere.example/a.`,
    );
    expect(html).toContain('<p dir="auto">Hello Ada,</p>');
    expect(html).toMatch(/<img src="https:\/\/shop\.example\/oil\.png"[^>]*>.*2 × Oil.*£22\.50/);
    expect(html).toContain(
      `<a href="https://shop.example/cart?for=ada&amp;${utm.replaceAll('&', '&amp;')}">Back to it</a>, or see <a href="https://elsewhere.example/a">https://elsewhere.example/a</a>.`,
    );
    expect(html).not.toContain('/open/');
  });

  test('Q30 takes what a visitor typed for text: no markup, no link, no second parameter', async () => {
    await open({ email: { trackClicks: false } });
    const name = '<img src=x onerror=alert(1)> https://evil.example/ [x](https://evil.example)';
    const person = 'u&admin=1"><script>';
    await collector.ingest(
      message('ada', { type: 'identify', userId: person, traits: { email: 'ada@example.com', name } }),
      message('ada', { type: 'track', event: 'add_to_cart', properties: { cart: CART } }),
    );
    await passes(HOUR_MS);
    const html = sink.mails[0]?.html ?? '';
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; https://evil.example/');
    expect(html).toContain('cart?for=u%26admin%3D1%22%3E%3Cscript%3E&amp;utm');
    expect(html.match(/<a href="[^"]*evil/g)).toBeNull();
    expect(html).not.toContain('<script');
  });

  test('Q30 leads to the site by its address, and to no address that a lead has given', async () => {
    const text =
      '[To my cart]({{site.url}}/cart?for={{userId}}), [a trap]({{homepage|none}}), [one more]({{homepage}}/x)';
    const templates = {
      letter: { subject: 'Your cart', text: text.replace('{{homepage}}', '{{traits.homepage}}') },
    };
    await open({ email: { trackClicks: false }, templates });
    await cartOf('ada', { homepage: 'https://evil.example' });
    await passes(HOUR_MS);
    const html = sink.mails.at(-1)?.html ?? '';
    expect(html).toContain(
      '<a href="https://shop.example/cart?for=ada&amp;utm_source=handrail&amp;utm_medium=email&amp;utm_campaign=cart&amp;utm_content=letter">To my cart</a>',
    );
    expect(html).toContain('[a trap](https://evil.example), [one more](https://evil.example/x)');
    expect(html).not.toContain('href="https://evil.example');
  });

  test('is shown as a lead would get it, and nothing is sent', async () => {
    await open();
    await cartOf('ada');
    const [lead] = (await collector.owner('/v1/leads')).data;
    const preview = (id: string, leadId: string) =>
      ownerDoes('POST', `/v1/templates/${id}/preview`, { leadId });
    const shown = await (await preview('letter', lead.id)).json();
    expect(shown).toMatchObject({ subject: 'Your cart, Ada', text: expect.stringContaining('2 × Oil') });
    expect(shown.html).toContain('https://shop.example/cart?for=ada&amp;utm_source=handrail');
    expect((await preview('letter', 'lead_none')).status).toBe(404);
    expect((await preview('none', lead.id)).status).toBe(404);
    await collector.ingest(message('bob', { type: 'track', event: 'visit' }));
    const nobody = (await collector.owner('/v1/leads')).data.find(
      (each: { email: null }) => each.email === null,
    );
    const refused = await preview('letter', nobody.id);
    expect([refused.status, (await refused.json()).detail]).toEqual([
      422,
      'the lead has no cart.items, and the template no fallback',
    ]);
    expect(sink.mails).toEqual([]);
    expect((await collector.owner('/v1/deliveries?status=sent')).data).toEqual([]);
  });

  test.each([
    ['a field that nobody has', 'Hello {{nmae}}', '{{nmae}}'],
    ['broken braces', 'Hello {{name}', 'expected {{field}}'],
  ])('is refused at save with %s', async (_, text, told) => {
    await open();
    await expect(
      startCollector({ site: { name: 'x', templates: { t: { subject: 'x', text } } } }),
    ).rejects.toThrow(told);
  });
});

describe('what came of it', () => {
  test('a mail sent is a touchpoint, once', async () => {
    await open();
    await mailed();
    await passes(HOUR_MS);
    const [sent, ...others] = await touchpoints('email_sent');
    expect(others).toEqual([]);
    expect(sent).toMatchObject({ trust: 'server', properties: { sequenceId: 'cart', step: 0 } });
  });

  test('a click leads on and scores, once for each link', async () => {
    await open();
    const { html } = await mailed();
    const [cart = '', elsewhere = ''] = pathsIn(html, 'click');
    collector.clock.now += MINUTE_MS;
    for (const path of [cart, cart, elsewhere]) {
      const response = await get(path);
      expect(response.status).toBe(302);
      const isCart = path === cart;
      expect(response.headers.get('location')).toMatch(
        isCart ? /^https:\/\/shop\.example\/cart\?for=ada&utm_source=/ : /^https:\/\/elsewhere\.example\/a$/,
      );
    }
    expect(await touchpoints('email_clicked')).toHaveLength(2);
    expect(await score()).toBeCloseTo(6, 2);
  });

  test('nobody else’s address is redirected to', async () => {
    await open();
    const { html } = await mailed();
    const [path = ''] = pathsIn(html, 'click');
    const [payload = '', signature = ''] = path.slice('/click/'.length).split('.');
    const [delivery] = payload.split('~');
    const evil = `${delivery}~${Buffer.from('https://evil.example').toString('base64url')}`;
    const [unsubscribe = ''] = pathsIn(html, 'unsubscribe');
    for (const token of [
      `${evil}.${signature}`,
      `${payload}.x`,
      payload,
      unsubscribe.slice('/unsubscribe/'.length),
    ]) {
      const response = await get(`/click/${token}`);
      expect(response.status).toBe(404);
      expect(response.headers.get('location')).toBeNull();
    }
    expect(await touchpoints('email_clicked')).toEqual([]);
  });

  test('a scanner’s click is kept with what gave it away, scores nothing, and hides no person’s', async () => {
    await open();
    const { html } = await mailed();
    const [path = ''] = pathsIn(html, 'click');
    await get(path);
    await passes(SCAN_WINDOW_MS - 1);
    await get(path, 'Mozilla/5.0 (compatible; BarracudaSentinel/1.0; bot)');
    expect(await touchpoints('email_clicked')).toMatchObject([{ bot: 'too_soon' }]);
    expect(await score()).toBe(0);
    await passes(HOUR_MS);
    await get(path, CHROME, 'HEAD');
    expect(await score()).toBe(0);
    await get(path);
    expect(await score()).toBeCloseTo(3, 2);
    expect(await touchpoints('email_clicked')).toMatchObject([{ bot: null }, { bot: 'too_soon' }]);
  });

  test('an open is counted only where the site says so', async () => {
    await open({ email: { trackOpens: true } });
    const { html } = await mailed();
    const [pixel = ''] = pathsIn(html, 'open');
    collector.clock.now += MINUTE_MS;
    const response = await get(pixel);
    expect(response.headers.get('content-type')).toBe('image/gif');
    await get(pixel);
    await get(`${pixel.replace(/\.[^.]*$/, '')}.forged`);
    expect(await touchpoints('email_opened')).toHaveLength(1);
  });
});

describe('what a reader has chosen', () => {
  const TOPICS = {
    email: {
      topics: [
        { id: 'carts', label: 'My cart' },
        { id: 'news', label: 'News' },
      ],
    },
    templates: { letter: { subject: 'Cart', text: 'x', topic: 'carts' } },
  };
  const choose = (path: string, body: string) =>
    collector.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });

  test('Q36 a topic, and no more of it; a look at the page changes nothing', async () => {
    await open(TOPICS);
    const { html } = await mailed();
    const [path = ''] = pathsIn(html, 'unsubscribe');
    const page = await (await collector.request(path)).text();
    expect(page).toMatch(/value="carts" checked> My cart/);
    expect((await collector.owner('/v1/suppressions')).data).toEqual([]);

    expect(await (await choose(path, 'choice=topics&topic=news')).text()).toContain('News');
    expect((await collector.owner('/v1/suppressions')).data).toMatchObject([
      { email: 'ada@example.com', topic: 'carts', reason: 'unsubscribed' },
    ]);
    expect(await (await collector.request(path)).text()).toMatch(/value="carts"> My cart/);
    await cartOf('ada');
    await passes(HOUR_MS);
    expect(sink.mails).toHaveLength(1);

    await choose(path, 'choice=topics&topic=news&topic=carts');
    expect((await collector.owner('/v1/suppressions')).data).toEqual([]);
    await cartOf('ada');
    await passes(HOUR_MS);
    expect(sink.mails).toHaveLength(2);
  });

  test('Q36 nothing at all, by the one click of a mail program', async () => {
    await open(TOPICS);
    const { raw } = await mailed();
    const [path = ''] = pathsIn(raw.replace(/\r\n\s+/g, ''), 'unsubscribe');
    await choose(path, 'List-Unsubscribe=One-Click');
    expect((await collector.owner('/v1/suppressions')).data).toMatchObject([{ topic: null }]);
    await cartOf('ada');
    await passes(HOUR_MS);
    expect(sink.mails).toHaveLength(1);
  });
});

describe('addresses that get no mail', () => {
  const suppressed = async () =>
    (await collector.owner('/v1/suppressions')).data.map(
      ({ email: to, reason }: { email: string; reason: string }) => [to, reason],
    );

  test('one that the mail server does not know', async () => {
    await sink.close();
    sink = await startSmtpSink({
      hideENHANCEDSTATUSCODES: true,
      onRcptTo: ({ address }, _session, done) =>
        done(
          address.startsWith('gone')
            ? Object.assign(new Error('5.1.1 no such user'), { responseCode: 550 })
            : null,
        ),
    });
    email.close();
    email = createEmailChannel(sink.url);
    await open();
    await cartOf('gone');
    await passes(HOUR_MS);
    expect((await collector.owner('/v1/deliveries')).data).toMatchObject([
      { status: 'failed', reason: 'bounced' },
    ]);
    expect(await suppressed()).toEqual([['gone@example.com', 'bounced']]);
    await cartOf('gone');
    await passes(HOUR_MS);
    expect((await collector.owner('/v1/deliveries')).data[0]).toMatchObject({ reason: 'suppressed' });
    expect(await touchpoints('email_sent')).toEqual([]);
  });

  test('those a provider reports or the owner names, until they are taken off', async () => {
    await open();
    const bounces = [
      { email: ' Bob@Example.com ', type: 'bounced', detail: 'mailbox gone' },
      { email: 'eve@example.com', type: 'complained' },
      { email: 'eve@example.com', type: 'bounced' },
    ];
    expect(await (await ownerDoes('POST', '/v1/bounces', { bounces })).json()).toEqual({ suppressed: 3 });
    await ownerDoes('POST', '/v1/suppressions', { email: 'ada@example.com', detail: 'asked by phone' });
    expect(await suppressed()).toEqual([
      ['ada@example.com', 'manual'],
      ['eve@example.com', 'complained'],
      ['bob@example.com', 'bounced'],
    ]);
    await cartOf('ada');
    await passes(HOUR_MS);
    expect(sink.mails).toEqual([]);
    expect((await ownerDoes('DELETE', '/v1/suppressions/Ada@example.com')).status).toBe(200);
    expect((await ownerDoes('DELETE', '/v1/suppressions/ada@example.com')).status).toBe(404);
    await cartOf('ada');
    await passes(HOUR_MS);
    expect(sink.mails).toHaveLength(1);
    expect(
      (await ownerDoes('POST', '/v1/bounces', { bounces: [{ email: 'x', type: 'bounced' }] })).status,
    ).toBe(400);
  });
});

test('no more than so many a minute go to one domain; the others have their turn, and none is left', async () => {
  await open({ email: { perDomainPerMinute: 2 } });
  for (const person of ['a', 'b', 'c', 'd', 'e']) await cartOf(person);
  await cartOf('z', { email: 'z@other.example' });
  await passes(HOUR_MS);
  const recipients = () => sink.mails.flatMap((mail) => mail.recipients);
  expect(recipients()).toHaveLength(3);
  expect(recipients()).toContain('z@other.example');
  const waiting = (await collector.owner('/v1/deliveries?status=due')).data;
  expect(waiting).toHaveLength(3);
  for (const each of waiting) expect(each).toMatchObject({ reason: 'rate', attempts: 0 });
  await passes(MINUTE_MS);
  expect(recipients()).toHaveLength(5);
  await passes(MINUTE_MS);
  expect(new Set(recipients()).size).toBe(6);
  expect(recipients()).toHaveLength(6);
});
