import { describe, expect, test } from 'vitest';
import { flush } from '../sdk/browser.ts';
import { isTrack, namesOf, openCapturePage } from '../sdk/capture-page.ts';
import { browser, server } from '../support/site-in-browser.ts';

const FORM = `<form id="sign-up" name="signUp" onsubmit="event.preventDefault()">
  <input name="email" data-handrail-identify="email"> <input id="phone" data-handrail-identify>
  <input name="password" type="password" data-handrail-identify="password">
  <input name="terms" type="checkbox" value="yes" data-handrail-identify="terms">
  <input name="id" value="not-the-id-of-the-form"> <button>Send</button></form>`;
const IDENTITY = { formId: 'sign-up', formName: 'signUp' };
const SECRETS = ['ada@example.com', 'hunter2', '555-1234'];
const open = (html: string) =>
  openCapturePage(browser, server, html, { off: ['vitals', 'engagement', 'rage-clicks', 'dead-clicks'] });

describe('forms', () => {
  test('filled in and sent: names and time, never a value; who has marked the field is identified', async () => {
    const { page, during, errors } = await open(FORM);
    const recorded = await during(async () => {
      await page.fill('[name=email]', 'ada@example.com');
      await page.fill('[name=password]', 'hunter2');
      await page.fill('#phone', '555-1234');
      await page.focus('[name=email]');
      await page.click('button');
    });
    expect(recorded).toMatchObject([
      { event: 'form_start', properties: IDENTITY },
      {
        event: 'form_submit',
        properties: {
          ...IDENTITY,
          fields: ['email', 'password', 'phone'],
          lastField: 'email',
          timeMs: expect.any(Number),
        },
      },
    ]);
    for (const secret of SECRETS) expect(JSON.stringify(recorded)).not.toContain(secret);
    const identified = server.accepted().filter(({ type }) => type === 'identify');
    expect(identified).toHaveLength(1);
    expect(identified[0]).toMatchObject({ traits: { email: 'ada@example.com', phone: '555-1234' } });
    expect(Object.keys((identified[0] as { traits?: object }).traits ?? {})).toEqual(['email', 'phone']);
    expect(errors).toEqual([]);
  });

  test('no marked field, nobody identified; looked at and left, nothing told', async () => {
    const { page, during } = await open(
      '<form id="f" onsubmit="event.preventDefault()"><input name="email"><button>Send</button></form>',
    );
    expect(await during(() => page.focus('[name=email]'))).toEqual([]);
    const recorded = await during(() => page.reload());
    expect(recorded).toEqual([]);
    await page.fill('[name=email]', 'ada@example.com');
    expect(namesOf(await during(() => page.keyboard.press('Enter')))).toContain('form_submit');
    expect(server.accepted().filter(({ type }) => type === 'identify')).toEqual([]);
    expect(JSON.stringify(server.accepted())).not.toContain('ada@example.com');
  });

  test('what scripts fill in is no start', async () => {
    const { page, during } = await open(FORM);
    const recorded = await during(() =>
      page.evaluate(() => {
        const field = document.querySelector<HTMLInputElement>('[name=email]');
        if (field) field.value = 'x';
        field?.dispatchEvent(new Event('input', { bubbles: true }));
        document.querySelector('form')?.checkValidity();
      }),
    );
    expect(recorded).toEqual([]);
  });

  test('left half-way is abandoned, with the page it was on; sent is not', async () => {
    const { page } = await open(FORM);
    await page.fill('[name=email]', 'ada@example.com');
    await page.goto('about:blank');
    await expect.poll(() => namesOf(server.accepted().filter(isTrack))).toContain('form_abandon');
    const abandoned = server
      .accepted()
      .filter(isTrack)
      .filter(({ event }) => event === 'form_abandon');
    expect(abandoned).toMatchObject([
      {
        properties: { ...IDENTITY, fields: ['email'], lastField: 'email' },
        context: { page: { path: '/' } },
      },
    ]);

    const second = await open(FORM);
    await second.page.fill('[name=email]', 'ada@example.com');
    await second.page.click('button');
    await second.page.goto('about:blank');
    await expect.poll(() => namesOf(server.accepted().filter(isTrack))).toContain('form_submit');
    expect(namesOf(server.accepted().filter(isTrack)).filter((name) => name === 'form_abandon')).toHaveLength(
      1,
    );
  });

  test('a look into another tab abandons nothing', async () => {
    const { page, during } = await open(FORM);
    await page.fill('[name=email]', 'a');
    const recorded = await during(() =>
      page.evaluate(() => {
        for (const hidden of [true, false]) {
          Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }
      }),
    );
    expect(namesOf(recorded)).not.toContain('form_abandon');
  });

  test('a route that takes the form away abandons it there; one that keeps it does not', async () => {
    const { page, during } = await open(`${FORM}<footer><form id="news"><input name="mail"></form></footer>`);
    await page.fill('[name=email]', 'a');
    await page.fill('[name=mail]', 'a');
    const recorded = await during(async () => {
      await page.evaluate(() => {
        document.querySelector('#sign-up')?.remove();
        history.pushState(null, '', '/second');
      });
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    });
    expect(recorded).toMatchObject([
      { event: 'form_abandon', properties: { formId: 'sign-up' }, context: { page: { path: '/' } } },
    ]);
  });

  test('what the browser finds wrong is a failure, once for each attempt, and the form goes on', async () => {
    const { page, during } = await open(
      `<form id="f" onsubmit="event.preventDefault()"><input name="name"><input name="email" required><input name="zip" required><button>Send</button></form>`,
    );
    await page.fill('[name=name]', 'Ada');
    expect(await during(() => page.click('button'))).toMatchObject([
      {
        event: 'form_failed',
        properties: {
          formId: 'f',
          invalidFields: ['email', 'zip'],
          fields: expect.arrayContaining(['name']),
        },
      },
    ]);
    await page.fill('[name=email]', 'ada@example.com');
    await page.fill('[name=zip]', '1');
    expect(namesOf(await during(() => page.click('button')))).toEqual(['form_submit']);
  });

  test('what the page itself marks as wrong is one, too', async () => {
    const { page, during } = await open(
      `<form id="f" novalidate onsubmit="event.preventDefault(); email.ariaInvalid = String(!email.value)"><input name="name"><input name="email"><button>Send</button></form>`,
    );
    await page.fill('[name=name]', 'Ada');
    const recorded = await during(async () => {
      await page.click('button');
      await page.waitForFunction(() => new Promise((resolve) => setTimeout(() => resolve(true), 550)));
    });
    expect(recorded).toMatchObject([
      { event: 'form_submit' },
      { event: 'form_failed', properties: { invalidFields: ['email'] } },
    ]);
  });

  test('sent without a page load and filled in again, it is started again', async () => {
    const { page, during } = await open(FORM);
    const once = async () => {
      await page.fill('#phone', '555-1234');
      await page.click('button');
    };
    expect(namesOf(await during(once))).toEqual(['form_start', 'form_submit']);
    expect(
      namesOf(
        await during(async () => {
          await page.fill('#phone', '');
          await once();
        }),
      ),
    ).toEqual(['form_start', 'form_submit']);
  });
});

describe('failed interactions', () => {
  const SUBMIT = (request: string) =>
    `<form id="pay" onsubmit="event.preventDefault(); ${request}"><button>Pay</button></form>`;

  test.each([
    ['an error of the server', `fetch('/fail')`, 500],
    [
      'a refusal, asked by XMLHttpRequest',
      `const x = new XMLHttpRequest(); x.open('POST', '/fail'); x.send()`,
      500,
    ],
    ['an answer of another origin', `fetch('COLLECTOR/v1/nothing')`, 404],
    ['no answer at all', `fetch('/gone').catch(() => {})`, 0],
  ])('%s after a submit', async (_, request, status) => {
    const { page, errors } = await open(
      SUBMIT(request.replace('COLLECTOR', 'http://api.test:PORT')).replace(
        'PORT',
        new URL(server.siteUrl).port,
      ),
    );
    await page.route('**/fail', (route) => route.fulfill({ status: 500 }));
    await page.route('**/v1/nothing', (route) =>
      route.fulfill({ status: 404, headers: { 'access-control-allow-origin': '*' } }),
    );
    await page.route('**/gone', (route) => route.abort());
    await page.click('button');
    const failed = async () => {
      await flush(page);
      return server
        .accepted()
        .filter(isTrack)
        .filter(({ event }) => event === 'interaction_failed');
    };
    await expect
      .poll(failed)
      .toMatchObject([{ properties: { kind: 'request', status, target: 'form#pay' } }]);
    expect(errors).toEqual([]);
  });

  test.each([
    ['a request that succeeds', `fetch('/well')`],
    ['what another origin keeps to itself', `fetch('http://other.test:PORT/', { mode: 'no-cors' })`],
    ['a picture that is missing', `new Image().src = '/fail'`],
  ])('none: %s', async (_, request) => {
    const { page, during } = await open(SUBMIT(request.replace('PORT', new URL(server.siteUrl).port)));
    await page.route('**/well', (route) => route.fulfill({ status: 200 }));
    await page.route('**/fail', (route) => route.fulfill({ status: 500 }));
    await during(async () => {
      await page.click('button');
      await page.waitForFunction(() => new Promise((resolve) => setTimeout(() => resolve(true), 300)));
    });
    expect(namesOf(server.accepted().filter(isTrack))).not.toContain('interaction_failed');
  });

  test('none: a request that fails without a submit, and our own', async () => {
    const { page, during } = await open(SUBMIT(''));
    await page.route('**/fail', (route) => route.fulfill({ status: 500 }));
    await page.evaluate(() => fetch('/fail'));
    server.answerBatch = () => ({ status: 503 });
    await during(() => page.click('button'));
    server.answerBatch = () => ({ status: 200 });
    await expect
      .poll(() => namesOf(server.accepted().filter(isTrack)), { timeout: 10_000 })
      .toContain('form_submit');
    expect(namesOf(server.accepted().filter(isTrack))).not.toContain('interaction_failed');
  });

  test.each([
    ['an error', `throw new Error('Cart is ' + 'x'.repeat(500))`, /^Cart is x+$/],
    ['a rejection', `Promise.reject(new Error('No stock'))`, /^No stock$/],
    ['an error a moment later', `setTimeout(() => { throw new Error('Late') }, 200)`, /^Late$/],
  ])('%s after a click, which the page sees as before', async (_, script, message) => {
    const { page, during, errors } = await open(`<button id="buy" onclick="${script}">Buy</button>`);
    await page.click('button');
    await expect.poll(() => errors.length).toBe(1);
    await during(async () => {});
    const failed = server.accepted().filter(isTrack);
    expect(failed).toMatchObject([
      {
        event: 'interaction_failed',
        properties: { kind: 'error', target: 'button#buy', message: expect.stringMatching(message) },
      },
    ]);
    expect(String(failed[0]?.properties?.message).length).toBeLessThanOrEqual(200);
  });

  test('none: an error without a click', async () => {
    const { page, during, errors } = await open('<button>Buy</button>');
    const recorded = await during(async () => {
      await page.evaluate(
        () =>
          void setTimeout(() => {
            throw new Error('Ticker');
          }),
      );
      await expect.poll(() => errors).toEqual(['Ticker']);
    });
    expect(recorded).toEqual([]);
  });
});

describe('tasks', () => {
  test('done, failed and left', async () => {
    const { page, during } = await open('');
    const recorded = await during(() =>
      page.evaluate(() => {
        const connect = window.handrail.task('connect-bank');
        connect.done({ bank: 'Oak' });
        connect.done();
        connect.failed('late');
        window.handrail.task('invite').failed('no_seats');
        window.handrail.task('import');
      }),
    );
    expect(recorded).toMatchObject([
      { event: 'task_started', properties: { task: 'connect-bank' } },
      {
        event: 'task_done',
        properties: { task: 'connect-bank', bank: 'Oak', durationMs: expect.any(Number) },
      },
      { event: 'task_started', properties: { task: 'invite' } },
      {
        event: 'task_failed',
        properties: { task: 'invite', reason: 'no_seats', durationMs: expect.any(Number) },
      },
      { event: 'task_started', properties: { task: 'import' } },
    ]);
    await page.goto('about:blank');
    await expect.poll(() => namesOf(server.accepted().filter(isTrack))).toContain('task_abandoned');
    const abandoned = server
      .accepted()
      .filter(isTrack)
      .filter(({ event }) => event === 'task_abandoned');
    expect(abandoned).toMatchObject([{ properties: { task: 'import', durationMs: expect.any(Number) } }]);
  });
});
