// Makes pictures of all prompt templates, step by step, for people to look at: on a desktop, a phone, in the dark and from
// right to left, into .screenshots/ (which git ignores). `npm run screenshots [template …]`
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { PROMPT_TEMPLATES } from '../collector/src/site/prompt-templates.ts';
import { launchChromium } from '../test/support/chromium.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const DESKTOP = { viewport: { width: 1120, height: 700 } };
const PHONE = { viewport: { width: 390, height: 760 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const VIEWS = [
  { name: 'desktop', context: DESKTOP },
  { name: 'phone', context: PHONE },
  { name: 'narrow', context: { viewport: { width: 320, height: 640 } } },
  { name: 'dark', context: { ...DESKTOP, colorScheme: 'dark' } },
  { name: 'rtl', context: DESKTOP, language: 'ar' },
];
const MAX_STEPS = 5;

const picture = (color) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" fill="${color}"/><circle cx="2" cy="2" r="1" fill="#fff6"/></svg>`)}`;
const CART = {
  items: [
    {
      item_id: 'oil',
      item_name: 'Olive oil, cold pressed',
      price: 12,
      quantity: 2,
      image_url: picture('#7a8b3c'),
    },
    { item_id: 'board', item_name: 'Oak board', price: 39.5, image_url: picture('#a9794a') },
    { item_id: 'bowl', item_name: 'Salad bowl', price: 28, image_url: picture('#8a5a3b') },
    { item_id: 'salt', item_name: 'Sea salt', price: 4.5, quantity: 3 },
  ],
  value: 105,
  currency: 'GBP',
};

const PAGE = `<!doctype html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Olive &amp; Oak</title><style>
  :root { color-scheme: light dark; font-family: Georgia, serif; background: light-dark(#faf7f0, #171613); }
  body { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
  [data-handrail-slot] { height: 14rem; border-radius: 12px; background: light-dark(#e9e2d0, #2c2a24); }
  .goods { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem; margin-top: 1rem; }
  .goods div { height: 9rem; border-radius: 8px; background: light-dark(#dfd6bf, #35322a); }
</style><h1>Olive &amp; Oak</h1><div data-handrail-slot="hero"></div><div class="goods">${'<div></div>'.repeat(10)}</div></html>`;

const server = createServer(({ url = '/' }, response) => {
  const file = /^\/(handrail-\w+\.js)$/.exec(url)?.[1];
  response.setHeader('content-type', `${file ? 'text/javascript' : 'text/html'}; charset=utf-8`);
  response.end(file ? readFileSync(`${root}sdk/dist/page/${file}`) : PAGE);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

/** Runs in the page. */
async function show({ prompt, cart, language }) {
  const { mount } = await import('/handrail-widgets.js');
  const { stringsFor } = await import('/handrail-languages.js');
  mount(language ? { ...prompt, language } : prompt, {
    cart,
    traits: { name: 'Ada' },
    strings: language ? stringsFor(language) : undefined,
    onAnswer() {},
    onEmail() {},
    onEnd() {},
  });
}

/** Goes one step further, as a visitor would. False where there is none. */
async function goOn(page) {
  const inPrompt = (selector) => page.locator('handrail-prompt').locator(selector);
  if (await inPrompt('.thanks').count()) return false;
  if (await inPrompt('form').count()) {
    const options = inPrompt('[type=radio], [type=checkbox]');
    if (await options.count()) await options.nth(Math.min(1, (await options.count()) - 1)).focus();
    if (await options.count()) await page.keyboard.press('Space');
    for (const field of await inPrompt('textarea, .text').all()) {
      if (await field.isVisible()) await field.fill('ada@example.com');
    }
    await inPrompt('[type=submit]').click();
    return true;
  }
  const save = inPrompt('button.link');
  if ((await save.count()) === 0) return false;
  await save.click();
  return true;
}

const wanted = process.argv.slice(2);
const templates = PROMPT_TEMPLATES.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
rmSync(`${root}.screenshots`, { recursive: true, force: true });
const browser = await launchChromium();
for (const { name, context: options, language } of VIEWS) {
  mkdirSync(`${root}.screenshots/${name}`, { recursive: true });
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  for (const { id, prompt } of templates) {
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.evaluate(show, { prompt, cart: CART, language });
    for (let step = 1; step <= MAX_STEPS; step++) {
      await page.screenshot({ path: `${root}.screenshots/${name}/${id}-${step}.png` });
      if (!(await goOn(page))) break;
    }
  }
  await context.close();
}
await browser.close();
server.close();
console.log(`${templates.length} templates, ${VIEWS.length} views each: see .screenshots/`);
