/** Does what README.md says, in its order: nothing in it is there unproved. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkSite } from '../../collector/src/site/check.ts';
import { launchChromium } from '../support/chromium.ts';
import { freePorts, makeFolder, type RunningCommand, runInShell, startInShell } from './command.ts';
import { blocksOf, localLinksOf, plain, ROOT, readText, rowsOf, sectionOf } from './markdown.ts';

const readme = readText('README.md');
const manifest = JSON.parse(readText('package.json')) as { scripts: { [name: string]: string } };

/** Every command of the README has a name here, so that a new one cannot stay without a test. */
const [npmStart, send, whoIsHot, why, startOwn, npmTest, ...unknown] = blocksOf(readme, 'bash') as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const [accepted = '', hotLeads = '', ledger = '', siteFile = ''] = blocksOf(readme, 'json');
const [snippet = ''] = blocksOf(readme, 'html');

test('every command is tested below', () => {
  expect(unknown).toEqual([]);
});

const folder = makeFolder();
afterAll(() => folder.remove());

describe('after npm start', { timeout: 30_000 }, () => {
  let running: RunningCommand;
  let collectorUrl: string;
  let shopUrl: string;
  let keys: { writeKey: string; secretKey: string };

  beforeAll(async () => {
    // The script without what comes before it: a test must not install, nor build what others are reading.
    expect(npmStart.trim()).toBe('npm start');
    expect(manifest.scripts.prestart).toBe('node .dev/setup.mjs');
    const [build, command = ''] = manifest.scripts.start?.split(' && ') ?? [];
    expect([build, command]).toEqual(['node .dev/build.mjs', 'node examples/start.mjs']);

    const [collector, shop, receiver] = await freePorts(3);
    running = startInShell(command, {
      cwd: ROOT,
      env: {
        HANDRAIL_PORT: `${collector}`,
        HANDRAIL_SHOP_PORT: `${shop}`,
        HANDRAIL_RECEIVER_PORT: `${receiver}`,
        HANDRAIL_DATA: join(folder.path, '.handrail'),
      },
    });
    await running.printed(/Ctrl-C stops everything/);
    collectorUrl = `http://localhost:${collector}`;
    shopUrl = `http://localhost:${shop}`;
    keys = JSON.parse(readFileSync(join(folder.path, '.handrail/keys.json'), 'utf8'));
  }, 30_000);
  afterAll(() => running?.interrupt());

  const owner = async (path: string) => {
    const response = await fetch(`${collectorUrl}${path}`, {
      headers: { authorization: `Bearer ${keys.secretKey}` },
    });
    expect(response.status, path).toBe(200);
    return response.json();
  };

  test('the addresses that it prints answer, and it prints the script tag and the keys', async () => {
    const output = running.output();
    for (const url of [shopUrl, `${collectorUrl}/dashboard`, `${collectorUrl}/docs`]) {
      expect(output).toContain(` ${url}\n`);
      expect((await fetch(url)).headers.get('content-type'), url).toMatch(/^text\/html/);
    }
    expect(output).toContain(
      `<script async src="${collectorUrl}/handrail.js" data-write-key="${keys.writeKey}"></script>`,
    );
    expect(output).toContain(keys.secretKey);
  });

  test('the commands send, say who is hot, and why', async () => {
    const border = '--- next command ---';
    const script = [send, whoIsHot, why].join(`\necho '${border}'\n`);
    expect(script).toContain('http://localhost:8787/');
    const output = await runInShell(script.replaceAll('http://localhost:8787', collectorUrl), {
      cwd: folder.path,
    });
    const [sent, leads, score] = output.split(border).map((each) => JSON.parse(each));

    expect(sent).toEqual(JSON.parse(accepted));
    expectToShow(leads, JSON.parse(hotLeads));
    expectToShow(score, JSON.parse(ledger));
    const entries = score.entries as { current: number }[];
    expect(entries.reduce((sum, { current }) => sum + current, 0)).toBeCloseTo(score.score, 9);
  });

  test('then the webhook receiver has printed it, and the dashboard has a task', async () => {
    await running.printed(/^webhook .* lead\.became_hot /m);
    const { data } = await owner('/v1/tasks?status=open');
    expect(data).toEqual([expect.objectContaining({ title: 'Call Ada now', overdue: false })]);
  });

  test('the snippet, on a page of the shop, sends what it says', async () => {
    const html = snippet
      .replace('http://localhost:8787', collectorUrl)
      .replace('"pk_…"', `"${keys.writeKey}"`);
    expect(html).not.toBe(snippet);
    // A page that Playwright answers for counts as one of the internet, which Chromium keeps off this machine.
    const browser = await launchChromium({ args: ['--disable-features=LocalNetworkAccessChecks'] });
    try {
      const page = await browser.newPage();
      await page.route(`${shopUrl}/snippet`, (route) =>
        route.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html>${html}` }),
      );
      await page.goto(`${shopUrl}/snippet`);
      const grace = async () => (await owner('/v1/leads?userId=u7')).data[0];
      await expect.poll(grace, { timeout: 15_000, interval: 200 }).toMatchObject({
        email: 'grace@example.com',
        name: 'Grace',
        consent: { analytics: 'granted', marketing: 'granted' },
      });
      const { id } = await grace();
      const { data } = await owner(`/v1/leads/${id}/touchpoints`);
      expect(data.map(({ name }: { name: string }) => name).sort()).toEqual([
        'demo_booked',
        'identify',
        'page_view',
      ]);
    } finally {
      await browser.close();
    }
  });

  test('Ctrl-C stops everything', async () => {
    expect(await running.interrupt()).toBe(0);
    for (const url of [shopUrl, collectorUrl]) await expect(fetch(url)).rejects.toThrow();
  });
});

describe('a site of its own', { timeout: 30_000 }, () => {
  test('the example is a valid site', () => {
    expect(checkSite(JSON.parse(siteFile))).toMatchObject({ ok: true });
  });

  async function start(document: string) {
    writeFileSync(join(folder.path, 'site.json'), document);
    const command = startInShell(startOwn, { cwd: folder.path, env: { HANDRAIL_PORT: '0' } });
    return command;
  }

  test('starts with it, with keys that are printed once and the schema that it names', async () => {
    const first = await start(siteFile);
    const [, url] = await first.printed(/listening on (http:\S+)/);
    const { $schema } = JSON.parse(siteFile);
    const schema = await (await fetch($schema.replace('http://localhost:8787', url))).json();
    await first.interrupt();
    expect(schema).toMatchObject({ title: 'Handrail site' });
    expect(first.output()).toMatch(/write key, shown only now: pk_/);
    expect(first.output()).toMatch(/secret key, shown only now: sk_/);

    const second = await start(siteFile.replace('"points": 10', '"points": 12'));
    await second.printed(/history under version 2: 0 of 0 leads, now live/);
    await second.interrupt();
    expect(second.output()).not.toMatch(/[ps]k_/);
  });

  test('does not start with a wrong key, and says where it is and what it should be', async () => {
    const wrong = await start(siteFile.replace('"halfLifeDays"', '"halfLiveDays"'));
    await wrong.printed(/scoring: unknown key "halfLiveDays": did you mean "halfLifeDays"\?/);
    expect(wrong.output()).not.toContain('listening');
    expect(await wrong.interrupt()).not.toBe(0);
  });
});

describe('npm test', () => {
  // It cannot run itself; what can be shown is that it is made of the parts that the README names.
  test('is one command that installs, checks, builds and tests', () => {
    expect(npmTest.trim()).toBe('npm test');
    expect(manifest.scripts).toMatchObject({
      pretest: 'node .dev/setup.mjs --test-tools',
      test: 'npm run check && node .dev/build.mjs && vitest run --config test/vitest.config.ts',
      check: 'biome ci --error-on-warnings . && tsc -b',
    });
  });

  test('installs on the machine what the README names, and nothing else', () => {
    const installed = [...readText('.dev/setup.mjs').matchAll(/\bname: '([\w-]+)'/g)].map(([, name]) => name);
    const [, list = ''] = /\(also (.*?) from Debian/.exec(sectionOf(readme, '## Test')) ?? [];
    expect([...list.matchAll(/`(.+?)`/g)].map(([, name]) => name)).toEqual(installed);
  });

  test('is what CI runs, and all that it runs', () => {
    const commands = readText('.ci/run')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(commands).toEqual(['set -euo pipefail', 'cd "$(dirname "$0")/.."', 'npm test']);
  });
});

describe.each([
  'README.md',
  'examples/README.md',
  'collector/README.md',
  'sdk/README.md',
  'widgets/README.md',
])('%s', (path) => {
  const text = readText(path);

  test('links only to what is there', () => {
    const directory = join(ROOT, path, '..');
    expect(localLinksOf(text).filter((link) => !existsSync(join(directory, link)))).toEqual([]);
  });

  test('names only npm scripts that there are', () => {
    const names = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(names.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});

test('the table of variables is what the collector reads, here and in its README', () => {
  const channels = 'collector/src/follow-ups/channels';
  const isRead = new Set([
    ...(readText('collector/src/main.ts').match(/(?<=environment\.)HANDRAIL_\w+/g) ?? []),
    // What main.ts hands its environment to takes out of it what is its own.
    ...['address-guard', 'email-kind'].flatMap(
      (name) => readText(`${channels}/${name}.ts`).match(/(?<=[{\s])HANDRAIL_\w+(?=:)/g) ?? [],
    ),
  ]);
  const rows = rowsOf(sectionOf(readme, '## Configure a site'));
  expect(rows.map(([name = '']) => plain(name)).sort()).toEqual([...isRead].sort());
  expect(rowsOf(sectionOf(readText('collector/README.md'), '## Run'))).toEqual(expect.arrayContaining(rows));
});

test('the table of dependencies is what the four package.json ask for, each with a reason', () => {
  const askedFor = new Map<string, string[]>();
  for (const directory of ['sdk', 'widgets', 'collector', 'root']) {
    const path = directory === 'root' ? 'package.json' : `${directory}/package.json`;
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readText(path));
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      askedFor.set(name, [...(askedFor.get(name) ?? []), directory]);
    }
  }
  const rows = rowsOf(sectionOf(readme, '## Dependencies'));
  const told = rows.map(([name = '', where = '']) => [name, where] as const);
  expect(new Map(told)).toEqual(new Map([...askedFor].map(([name, where]) => [name, where.join(', ')])));
  expect(rows.filter(([, , reason = '']) => reason.length < 8)).toEqual([]);
});

/** What is shown is there: numbers to one place, lists in any length as long as they hold what is shown. */
function expectToShow(real: unknown, shown: unknown): void {
  expect(rounded(real)).toMatchObject(toMatcher(shown) as object);
}

function toMatcher(shown: unknown): unknown {
  if (Array.isArray(shown)) return expect.arrayContaining(shown.map(toMatcher));
  if (typeof shown !== 'object' || shown === null) return shown;
  const entries = Object.entries(shown).map(([key, value]) => [key, toMatcher(value)]);
  return expect.objectContaining(Object.fromEntries(entries));
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 10) / 10;
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)]));
}
