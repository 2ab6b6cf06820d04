/** Does what collector/README.md says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkSite } from '../../collector/src/site/check.ts';
import { SECRET_KEY, startCollector, WRITE_KEY } from '../support/collector.ts';
import { freePorts, makeFolder, type RunningCommand, runInShell, startInShell } from './command.ts';
import { blocksOf, plain, readText, rowsOf, sectionOf } from './markdown.ts';

const readme = readText('collector/README.md');
const [startCommand = '', importing = '', sending = '', ...otherCommands] = blocksOf(readme, 'bash');
const [leadTable = '', ...otherTables] = blocksOf(readme, 'csv');
const [embedding = '', ...otherCode] = blocksOf(readme, 'js');

test('every command and example is tested below', () => {
  expect([...otherCommands, ...otherCode, ...otherTables]).toEqual([]);
});

describe('the command and the embedding', { timeout: 30_000 }, () => {
  const folder = makeFolder();
  let running: RunningCommand | undefined;
  afterAll(async () => {
    await running?.interrupt();
    folder.remove();
  });

  /** On a port of its own. @returns the address */
  async function start(command: string, hasStarted: (url: string) => Promise<unknown>): Promise<string> {
    const [port] = await freePorts(1);
    const env = { HANDRAIL_WRITE_KEY: WRITE_KEY, HANDRAIL_SECRET_KEY: SECRET_KEY };
    expect(command).toContain('8787');
    running = startInShell(command.replace('8787', `${port}`), { cwd: folder.path, env });
    const url = `http://localhost:${port}`;
    await hasStarted(url);
    return url;
  }

  test('it starts and stops, and what was acknowledged is there when the example opens the file', async () => {
    const url = await start(startCommand, async () => running?.printed(/listening on/));
    const body = JSON.stringify({ writeKey: WRITE_KEY, batch: [{ type: 'identify', userId: 'u42' }] });
    expect((await fetch(`${url}/v1/batch`, { method: 'POST', body })).status).toBe(200);
    await running?.interrupt();

    writeFileSync(join(folder.path, 'embed.mjs'), embedding.replace('8787', 'Number(process.argv[2])'));
    const embeddedUrl = await start('node embed.mjs 8787', (address) =>
      expect
        .poll(() => fetch(`${address}/hello`).then((r) => r.text(), String), { timeout: 10_000 })
        .toBe('your own routes'),
    );
    const leads = await fetch(`${embeddedUrl}/v1/leads`, {
      headers: { authorization: `Bearer ${SECRET_KEY}` },
    });
    expect(await leads.json()).toMatchObject({ data: [{ userId: 'u42' }] });
    expect((await fetch(`${embeddedUrl}/dashboard`)).status).toBe(200);
  });

  test('the table of flags is what the command tells by itself', async () => {
    const help = await runInShell('npx handrail start --help', { cwd: folder.path });
    const told = [...help.matchAll(/^ {2}(-.*?) {2,}/gm)].map(([, flag]) => flag);
    const rows = rowsOf(sectionOf(readme, '## Run')).map(([first = '']) => plain(first));
    expect(rows.filter((name) => name.startsWith('-'))).toEqual(
      told.filter((flag) => !flag?.includes('--help')),
    );
  });
});

describe('what happens elsewhere', { timeout: 60_000 }, () => {
  const folder = makeFolder();
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let url: string;
  beforeAll(async () => {
    collector = await startCollector({ now: Date.parse('2026-11-21T12:00:00Z') });
    url = await collector.listen();
  });
  afterAll(async () => {
    await collector.close();
    folder.remove();
  });

  const events = rowsOf(sectionOf(readme, '## Import')).map(([, message = '', row = '']) => ({
    message: JSON.parse(plain(message)) as { event: string },
    row: plain(row),
  }));
  const touchpointsOf = async (lead: string): Promise<{ name: string; properties: object }[]> =>
    (await collector.owner(`/v1/leads/${lead}/touchpoints`)).data;
  const ada = async () => (await collector.owner('/v1/leads?email=ada@example.com')).data[0];

  test('the files of the examples are imported as they stand, by the commands', async () => {
    const [, header = ''] = /under `(.+?)`/.exec(sectionOf(readme, '## Import')) ?? [];
    writeFileSync(join(folder.path, 'leads.csv'), leadTable);
    writeFileSync(join(folder.path, 'touchpoints.csv'), [header, ...events.map(({ row }) => row)].join('\n'));
    const env = { HANDRAIL_URL: url, HANDRAIL_SECRET_KEY: SECRET_KEY };
    const [dryRun = '', ...commands] = importing.trim().split('\n');
    expect(await runInShell(dryRun, { cwd: folder.path, env })).toContain('1 rows would be imported');
    expect((await collector.owner('/v1/leads')).data).toEqual([]);
    for (const command of commands) await runInShell(command, { cwd: folder.path, env });

    expect((await collector.owner('/v1/leads')).data).toHaveLength(1);
    const lead = await ada();
    expect(lead).toMatchObject({
      name: 'Ada Lovelace',
      traits: { companySize: 120, leadSource: 'Trade fair' },
      consent: { marketing: 'granted' },
    });
    const names = (await touchpointsOf(lead.id)).map(({ name }) => name);
    expect(names.sort()).toEqual([...events.map(({ message }) => message.event), 'identify'].sort());
  });

  test('the messages of the examples are taken, and find their person', async () => {
    for (const { message } of events) await collector.ingestAsServer({ type: 'track', ...message });
    const port = new URL(url).port;
    const answer = await runInShell(sending.replace('8787', port), {
      cwd: folder.path,
      env: { HANDRAIL_SECRET_KEY: SECRET_KEY },
    });
    expect(JSON.parse(answer)).toEqual({ success: true, accepted: 1, duplicates: 0, rejected: [] });
    const { id } = await ada();
    const calls = (await touchpointsOf(id)).filter(({ name }) => name === 'call_completed');
    expect(calls.map(({ properties }) => properties)).toEqual([
      { minutes: 12 },
      { minutes: 12 },
      { detail: 'asked for a quote' },
    ]);
  });
});

describe('the configuration as code', { timeout: 30_000 }, () => {
  const section = sectionOf(readme, '## Configuration as code');
  const folder = makeFolder();
  afterAll(() => folder.remove());

  test('names every command that there is for it', async () => {
    const help = await runInShell('npx handrail site --help', { cwd: folder.path });
    const told = [...help.matchAll(/^ {2}(\w+) \[options\]|^ {2}(\w+) </gm)].map(
      ([, one, other]) => one ?? other,
    );
    const named = [...section.matchAll(/^handrail site (\w+)/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(told.filter((name) => name !== 'help').sort());
  });

  test('its scenario passes where the site says so, and fails where it does not', async () => {
    const [scenario = '', ...others] = blocksOf(section, 'json');
    expect(others).toEqual([]);
    const site = (points: number) => ({
      name: 'Shop',
      scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo_booked' }, points }] },
      email: { from: 'hello@shop.example' },
      templates: { thanks: { subject: 'Thank you', text: 'Thank you' } },
      sequences: [
        {
          id: 'demo',
          start: { touchpoint: 'demo_booked' },
          steps: [{ after: '10m', send: { channel: 'email', template: 'thanks' } }],
        },
      ],
    });
    mkdirSync(join(folder.path, 'scenarios'));
    writeFileSync(join(folder.path, 'scenarios/demo.json'), scenario);
    writeFileSync(join(folder.path, 'site.json'), JSON.stringify(site(45)));
    const run = () => runInShell('npx handrail test scenarios', { cwd: folder.path });
    expect(await run()).toContain('the scenario passed');
    writeFileSync(join(folder.path, 'site.json'), JSON.stringify(site(5)));
    await expect(run()).rejects.toThrow();
  });
});

test.each(blocksOf(sectionOf(readme, '## Follow-ups'), 'json'))('a site file may say %s', (text) => {
  expect(checkSite(JSON.parse(text))).toMatchObject({ ok: true });
});

describe('the table of requests', () => {
  let collector: Awaited<ReturnType<typeof startCollector>>;
  beforeAll(async () => {
    collector = await startCollector();
  });
  afterAll(() => collector.close());

  const rows = rowsOf(sectionOf(readme, '## API')).map(([request = '']) => plain(request));

  test('has everything that the API describes of itself', async () => {
    const { paths } = (await (await collector.request('/openapi.json')).json()) as {
      paths: { [path: string]: object };
    };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.filter((request) => !rows.includes(request))).toEqual([]);
  });

  test.each(rows)('%s is answered', async (request) => {
    const [method = '', template = ''] = request.split(' ');
    const path = template.replace('{writeKey}', WRITE_KEY);
    const answer = await collector.request(path, { method });
    // A path that nobody knows is told by name.
    expect(await answer.text()).not.toContain('no such path');
  });

  test.each(rows.filter((request) => /^GET \/v1\/(?!sites)/.test(request)))(
    '%s needs the secret key',
    async (request) => {
      const path = request.slice('GET '.length);
      const withKey = (key: string) =>
        collector.request(path, { headers: key ? { authorization: `Bearer ${key}` } : {} });
      expect((await withKey('')).status).toBe(401);
      expect((await withKey(WRITE_KEY)).status).toBe(403);
      expect([200, 404]).toContain((await withKey(SECRET_KEY)).status);
    },
  );
});
