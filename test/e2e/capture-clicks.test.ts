import { describe, expect, test } from 'vitest';
import {
  type CapturePage,
  caseHtml,
  inCase,
  isListening,
  isTrack,
  namesOf,
  openCapturePage,
} from '../sdk/capture-page.ts';
import { browser, server } from '../support/site-in-browser.ts';

/** Dead clicks have their own tests. */
const open = (html: string) => openCapturePage(browser, server, html, { off: ['vitals', 'dead-clicks'] });
/** The links of these pages lead nowhere: what a click on them means is known before they are followed. */
const STAY = `<script>addEventListener('click', (event) => event.preventDefault())</script>`;

describe('links', () => {
  test.each([
    [
      'another site',
      '<a href="https://partner.example/deal?x=1">Deal</a>',
      {
        event: 'outbound_click',
        properties: { url: 'https://partner.example/deal?x=1', domain: 'partner.example' },
      },
    ],
    [
      'a file, by its name',
      '<a href="/files/Price%20list.PDF?v=2">Prices</a>',
      { event: 'file_download', properties: { fileName: 'Price list.PDF', extension: 'pdf' } },
    ],
    [
      'a file of another site, which is one touchpoint and not two',
      '<a href="https://cdn.example/setup.exe">Get it</a>',
      { event: 'file_download', properties: { url: 'https://cdn.example/setup.exe', extension: 'exe' } },
    ],
    [
      'a file made in the page, without its content',
      '<a href="data:text/plain,secret" download="notes.txt">Save</a>',
      { event: 'file_download', properties: { fileName: 'notes.txt', extension: 'txt' } },
    ],
    [
      'an icon in a component in a link',
      `<a href="https://partner.example/"><x-icon></x-icon></a>
       <script>customElements.define('x-icon', class extends HTMLElement {
         constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<b>icon</b>' }
       })</script>`,
      { event: 'outbound_click', properties: { domain: 'partner.example' } },
    ],
  ])('%s', async (_, html, expected) => {
    const { page, during } = await open(STAY + html);
    const recorded = await during(() => page.click('a'));
    expect(recorded).toMatchObject([expected]);
    expect(JSON.stringify(recorded)).not.toContain('secret');
  });

  test.each([
    ['this site', '<a href="/about.html">About</a>'],
    ['a heading of this page', '<a href="#about">About</a>'],
    ['a mail program', '<a href="mailto:a@shop.test">Write</a>'],
    ['a button', '<a role="button">Do</a>'],
  ])('%s is neither outbound nor a download', async (_, html) => {
    const { page, during } = await open(STAY + html);
    expect(await during(() => page.click('a'))).toEqual([]);
  });

  test('opened in a new tab by the middle button counts the same', async () => {
    const { page, during } = await open(
      `<script>addEventListener('auxclick', (event) => event.preventDefault())</script>
       <a href="https://partner.example/">Deal</a>`,
    );
    expect(namesOf(await during(() => page.click('a', { button: 'middle' })))).toEqual(['outbound_click']);
    expect(namesOf(await during(() => page.click('a', { button: 'right' })))).toEqual([]);
  });

  test('an outbound click is delivered though the page is gone', async () => {
    const { page } = await open(`<a href="http://other.test:${new URL(server.siteUrl).port}/">Other</a>`);
    await page.click('a');
    await page.waitForURL('**://other.test*/**');
    await expect
      .poll(() => server.accepted().map((each) => each.type === 'track' && each.event))
      .toContain('outbound_click');
  });
});

test('what the owner has named is recorded by that name, with its properties, whatever inside it is clicked', async () => {
  const { page, during } = await open(
    `<button data-handrail="demo_booked" data-handrail-plan="team" data-handrail-seat-count="5" data-other="no">
       <b>Book</b></button>`,
  );
  const recorded = await during(() => page.click('b'));
  expect(recorded).toMatchObject([{ event: 'demo_booked', properties: { plan: 'team', seatCount: '5' } }]);
  expect(recorded[0]?.properties).not.toHaveProperty('other');
  await page.focus('button');
  expect(namesOf(await during(() => page.keyboard.press('Enter')))).toEqual(['demo_booked']);
});

test('a listener of the page that stops events hides nothing, and hears the same', async () => {
  const { page, during } = await open(
    `${STAY}<a href="https://partner.example/">Deal</a>
     <script>window.heard = 0; document.querySelector('a').onclick = (event) => { event.stopImmediatePropagation(); event.preventDefault(); heard++ }</script>`,
  );
  expect(namesOf(await during(() => page.click('a')))).toEqual(['outbound_click']);
  expect(await page.evaluate('heard')).toBe(1);
});

/** Three clicks on the element `#it`, as fast as a vexed visitor's. */
const clickThrice = ({ page }: CapturePage) => page.click('#it', { clickCount: 3, delay: 10 });
const RIPPLE = `<button id="it" class="btn primary large">Buy</button>
  <script>it.onpointerdown = () => { it.append(document.createElement('i')); it.classList.toggle('pressed') }</script>`;

describe('rage clicks', () => {
  test.each([
    [
      'a button that does nothing',
      '<button id="it" class="btn primary large">Buy</button>',
      'button#it.btn.primary',
    ],
    ['a button that only looks pressed', RIPPLE, 'button#it.btn.primary'],
    [
      'something that only looks like a button, though its text gets selected',
      '<span id="it" style="cursor:pointer">Buy</span>',
      'span#it',
    ],
    [
      'a button that answers once and then hangs',
      `<button id="it">Buy</button><p></p><script>
       it.onclick = () => { document.querySelector('p').textContent = 'Please wait' ; it.onclick = null }</script>`,
      'button#it',
    ],
  ])('%s', async (_, html, target) => {
    const opened = await open(html);
    expect(await opened.during(() => clickThrice(opened))).toMatchObject([
      { event: 'rage_click', properties: { target } },
    ]);
  });

  test('a burst counts once, the next one again', async () => {
    const opened = await open('<button id="it">Buy</button>');
    const { page, during } = opened;
    expect(namesOf(await during(() => page.click('#it', { clickCount: 6, delay: 10 })))).toEqual([
      'rage_click',
    ]);
    // The browser's own clock dates clicks.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(namesOf(await during(() => clickThrice(opened)))).toEqual(['rage_click']);
  });

  test('none where quick clicks are as they should be', async () => {
    const cases = {
      'a paragraph is selected by a triple click': '<p class="it">Our story begins in 1921.</p>',
      'a stepper that steps':
        '<button class="it" onclick="this.nextElementSibling.textContent++">+</button><output>1</output>',
      'a "like" that counts in its own text': `<button class="it" onclick="this.textContent++">0</button>`,
      'a carousel that moves': `<button class="it" onclick="this.nextElementSibling.style.translate = ++x + 'px'">Next</button>
        <ul></ul><script>let x = 0</script>`,
      'a number field': '<input class="it" type="number">',
      'a text field': '<input class="it" value="some words">',
      'a checkbox by its label': '<label class="it"><input type="checkbox"> Yes</label>',
      'a slider': '<div class="it" role="slider" tabindex="0">Volume</div>',
      'a game': '<canvas class="it" width="50" height="50"></canvas>',
      'a film': '<video class="it" width="50" height="50"></video>',
      'text that is being edited': '<div class="it" contenteditable>Some words</div>',
      'a link that opens elsewhere': '<a class="it" href="mailto:a@shop.test">Write</a>',
      'a button that says it is disabled': '<button class="it" aria-disabled="true">Buy</button>',
    };
    const { page, during, errors } = await open(STAY + caseHtml(Object.values(cases)));
    const enraged: string[] = [];
    for (const [index, name] of Object.keys(cases).entries()) {
      const recorded = await during(() =>
        page.click(inCase(index, '.it'), { clickCount: 3, delay: 10, force: true }),
      );
      if (namesOf(recorded).includes('rage_click')) enraged.push(name);
    }
    expect(enraged).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('none: three clicks with a modifier, apart from each other, or slowly', async () => {
    const { page, during } = await open('<button id="it" style="width:400px">Buy</button>');
    expect(
      await during(async () => {
        await page.click('#it', { clickCount: 3, modifiers: ['Shift'] });
        for (const x of [10, 100, 200]) await page.click('#it', { position: { x, y: 5 } });
        for (let click = 0; click < 3; click++) {
          await new Promise((resolve) => setTimeout(resolve, 600));
          await page.click('#it');
        }
      }),
    ).toEqual([]);
  });
});

test('with consent withdrawn nothing listens any more; granted again, everything does, once', async () => {
  const { page, during, errors } = await open(
    `<button id="it" data-handrail="demo_booked">Book</button><form id="f"><input name="q"></form>`,
  );
  const act = async () => {
    await page.click('#it', { clickCount: 3, delay: 10 });
    await page.fill('input', `${Math.random()}`);
  };
  await page.evaluate(() => window.handrail.consent({ analytics: 'denied' }));
  await expect.poll(() => namesOf(server.accepted().filter(isTrack))).toContain('consent_updated');
  expect(await during(act)).toEqual([]);
  await page.evaluate(() => window.handrail.consent({ analytics: 'granted' }));
  await isListening(page, server, false);
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1_500 })));
  expect(namesOf(await during(act)).sort()).toEqual([
    'demo_booked',
    'demo_booked',
    'demo_booked',
    'form_start',
    'rage_click',
  ]);
  expect(errors).toEqual([]);
});
