import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { caseHtml, inCase, isTrack, namesOf, openCapturePage } from '../sdk/capture-page.ts';
import { browser, server } from '../support/site-in-browser.ts';

const open = (html: string) =>
  openCapturePage(browser, server, html, {
    off: ['vitals', 'clicks', 'rage-clicks', 'failures'],
    hasClock: true,
  });
/** The page's timers run, as if this long had gone by. */
const later = (page: Page, ms = 2_600) => page.clock.runFor(ms);

test.each([
  ['a button without a handler', '<button id="it" class="cta">Buy</button>', 'button#it.cta'],
  [
    'an icon in such a button',
    '<button class="cta"><svg id="it" width="20" height="20"></svg></button>',
    'button.cta',
  ],
  ['a link to nowhere', '<a id="it" href="#">More</a>', 'a#it'],
  [
    'a link whose page does nothing with it',
    `<a id="it" href="/x">More</a>
     <script>it.onclick = (event) => event.preventDefault()</script>`,
    'a#it',
  ],
  ['what only looks like a button', '<div id="it" style="cursor:pointer">More</div>', 'div#it'],
  [
    'a button whose answer comes too late',
    `<button id="it">Buy</button><script>
     it.onclick = () => setTimeout(() => { document.body.append('Bought') }, 2_550)</script>`,
    'button#it',
  ],
  [
    'a button in a component that does nothing',
    `<x-buy id="it"></x-buy><script>
     customElements.define('x-buy', class extends HTMLElement {
       constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<button>Buy</button>' }
     })</script>`,
    'button',
  ],
])('%s is dead', async (_, html, target) => {
  const { page, during } = await open(html);
  const recorded = await during(async () => {
    await page.click('#it');
    await later(page);
  });
  expect(recorded).toMatchObject([{ event: 'dead_click', properties: { target } }]);
});

test('not before 2.5 s have gone by, and once for a click', async () => {
  const { page, during } = await open('<button id="it">Buy</button>');
  const click = async () => {
    await page.click('#it');
    await later(page, 2_000);
  };
  expect(await during(click)).toEqual([]);
  expect(namesOf(await during(() => later(page, 600)))).toEqual(['dead_click']);
  expect(await during(() => later(page, 10_000))).toEqual([]);
});

/** Something for scripts to change, far from what is clicked. */
const ELSEWHERE = '<p id="elsewhere">0</p>';

describe('not dead, for something happens', () => {
  test.each([
    ['the text changes', `it.onclick = () => { elsewhere.firstChild.data = '1' }`],
    [
      'an attribute changes, of the button itself',
      `it.onclick = () => it.setAttribute('aria-pressed', 'true')`,
    ],
    ['something comes, though late', `it.onclick = () => setTimeout(() => elsewhere.append('1'), 2_000)`],
    ['a menu that opens as soon as it is pressed', `it.onpointerdown = () => elsewhere.append('1')`],
    ['the page scrolls', `document.body.style.height = '5000px'; it.onclick = () => scrollTo(0, 1000)`],
    [
      'a list scrolls',
      `elsewhere.style = 'height:20px;overflow:auto'; elsewhere.innerHTML = '<br>'.repeat(50);
       it.onclick = () => { elsewhere.scrollTop = 100 }`,
    ],
    ['a text gets selected', `it.onclick = () => getSelection().selectAllChildren(elsewhere)`],
    ['another route', `it.onclick = () => history.pushState(null, '', '/other')`],
    [
      'a popover, which changes no attribute',
      `elsewhere.popover = 'auto'; it.popoverTargetElement = elsewhere`,
    ],
    [
      'a film starts',
      `const film = document.createElement('video'); elsewhere.append(film);
       it.onclick = () => film.play().catch(() => {})`,
    ],
    // Under test, every window believes to have the focus.
    ['another window comes up', `it.onclick = () => { document.hasFocus = () => false }`],
    [
      'a form is sent',
      `elsewhere.innerHTML = '<form id=f></form>'; f.onsubmit = (event) => event.preventDefault();
       it.type = 'submit'; it.setAttribute('form', 'f')`,
    ],
    [
      'the browser points at a field',
      `elsewhere.innerHTML = '<form id=f><input required></form>';
       it.type = 'submit'; it.setAttribute('form', 'f')`,
    ],
  ])('%s', async (_, script) => {
    const { page, during, errors } = await open(
      `${ELSEWHERE}<button id="it" type="button">Do</button><script>${script}</script>`,
    );
    const recorded = await during(async () => {
      await page.click('#it', { noWaitAfter: true });
      await later(page);
    });
    expect(namesOf(recorded)).not.toContain('dead_click');
    expect(errors).toEqual([]);
  });

  test('a component changes inside, where the document does not show it', async () => {
    const { page, during } = await open(`<x-like id="it"></x-like><script>
      customElements.define('x-like', class extends HTMLElement {
        constructor() {
          super();
          const root = this.attachShadow({ mode: 'open' });
          root.innerHTML = '<button>0</button>';
          root.firstChild.onclick = ({ target }) => { target.textContent++ };
        }
      })</script>`);
    expect(
      await during(async () => {
        await page.click('#it');
        await later(page);
      }),
    ).toEqual([]);
  });

  test.each([
    ['a link', '<a id="it" href="/slow">More</a>'],
    ['a script', `<button id="it" onclick="location = '/slow'">More</button>`],
  ])('%s leads on, however slow the other page', async (_, html) => {
    const { page } = await openCapturePage(browser, server, html);
    await page.route('**/slow', async (route) => {
      await setTimeout(2_700);
      await route.fulfill({ body: 'Here' });
    });
    await page.click('#it', { noWaitAfter: true });
    await page.waitForURL('**/slow');
    await expect.poll(() => namesOf(server.accepted().filter(isTrack))).toContain('engagement');
    expect(namesOf(server.accepted().filter(isTrack))).not.toContain('dead_click');
  });
});

describe('not dead, for nothing is expected of it', () => {
  test('of such things', async () => {
    const cases = {
      'plain text': '<p class="it">Our story</p>',
      'a text field': '<input class="it">',
      'a label': '<label class="it">Name <input></label>',
      'a chooser': '<select class="it"><option>1</select>',
      'a number field': '<input class="it" type="number">',
      'a disabled button': '<button class="it" disabled>Buy</button>',
      'a button that says it is disabled': '<button class="it" aria-disabled="true">Buy</button>',
      'a link into a new tab': '<a class="it" href="/x" target="_blank">More</a>',
      'a link to a mail program': '<a class="it" href="mailto:a@shop.test">Write</a>',
      'a link to the phone': '<a class="it" href="tel:123">Call</a>',
      'a download': '<a class="it" href="data:,x" download>Save</a>',
      'a game': '<canvas class="it" width="50" height="50" style="cursor:pointer"></canvas>',
      'a film': '<video class="it" width="50" height="50" style="cursor:pointer"></video>',
      'text that is being edited': '<div class="it" contenteditable style="cursor:pointer">Some words</div>',
      'a component that nobody can look into': `<x-closed class="it" style="cursor:pointer"></x-closed><script>
        customElements.define('x-closed', class extends HTMLElement {
          constructor() { super(); this.attachShadow({ mode: 'closed' }).innerHTML = '<button>0</button>' }
        })</script>`,
    };
    const { page, during } = await open(
      `<script>addEventListener('click', (event) => event.target.href && event.preventDefault())</script>
       ${caseHtml(Object.values(cases))}`,
    );
    const dead: string[] = [];
    for (const [index, name] of Object.keys(cases).entries()) {
      const recorded = await during(async () => {
        await page.click(inCase(index, '.it'), { force: true });
        await later(page);
      });
      if (namesOf(recorded).includes('dead_click')) dead.push(name);
    }
    expect(dead).toEqual([]);
  });

  test('of a click with a modifier, which means something else', async () => {
    const { page, during } = await open('<button id="it">Buy</button>');
    for (const key of ['Shift', 'Control', 'Alt', 'Meta'] as const) {
      const recorded = await during(async () => {
        await page.click('#it', { modifiers: [key] });
        await later(page);
      });
      expect(recorded, key).toEqual([]);
    }
  });

  test('of the keyboard, a script, and a press that is no click', async () => {
    const { page, during } = await open('<button id="it">Buy</button>');
    const recorded = await during(async () => {
      await page.focus('#it');
      await page.keyboard.press('Enter');
      await later(page);
      await page.evaluate(() => document.querySelector('button')?.click());
      await later(page);
      await page.hover('#it');
      await page.mouse.down();
      await page.mouse.move(700, 500);
      await page.mouse.up();
      await later(page);
    });
    expect(recorded).toEqual([]);
  });
});

test('switched off, there are none', async () => {
  const { page, during } = await openCapturePage(browser, server, '<button id="it">Buy</button>', {
    off: ['vitals', 'dead-clicks', 'rage-clicks'],
    hasClock: true,
  });
  const recorded = await during(async () => {
    await page.click('#it', { clickCount: 3 });
    await later(page);
  });
  expect(recorded).toEqual([]);
});
