/** `handrail site …` as an owner and their CI run it, against a collector that listens. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BUILT, SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { handrail } from './handrail.ts';

const placeholder = (name: string) => `$${`{${name}}`}`;
const siteWith = (points: number) => ({
  name: 'Shop',
  scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo_booked' }, points }] },
  endpoints: { crm: { url: 'https://crm.example/in', secret: placeholder('HANDRAIL_CRM_SECRET') } },
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function siteFile(site: object): string {
  const path = join(folder, 'site.json');
  writeFileSync(path, JSON.stringify(site));
  return path;
}

describe('check', () => {
  test('a valid file, and what it needs of its collector', async () => {
    const file = siteFile(siteWith(10));
    expect(await handrail(['site', 'check', file])).toEqual({
      code: 0,
      out: `${file} is a valid site; the collector needs HANDRAIL_CRM_SECRET`,
      err: '',
    });
  });

  test('a wrong one: the path of everything wrong, and an exit code for CI', async () => {
    const file = siteFile({ ...siteWith(10), stages: [{ idd: 'new' }], timezone: 'Mars' });
    const { code, out, err } = await handrail(['site', 'check', file]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`handrail: ${file} is not a valid site:`);
    expect(err).toContain('  timezone: expected an IANA time zone such as "Europe/London"');
    expect(err).toContain('  stages[0]: unknown key "idd": did you mean "id"?');
  });

  test('none at all', async () => {
    const { code, err } = await handrail(['site', 'check', join(folder, 'nowhere.json')]);
    expect(code).toBe(1);
    expect(err).toMatch(/^handrail: cannot read the site file .*nowhere\.json: /);
  });
});

describe('with a collector', { timeout: 30_000 }, () => {
  let collector: TestCollector;
  let environment: Record<string, string>;
  beforeEach(async () => {
    const variables = { HANDRAIL_CRM_SECRET: `whsec_${'A'.repeat(32)}` };
    collector = await startCollector({ site: siteWith(10), variables });
    environment = { HANDRAIL_URL: await collector.listen(), HANDRAIL_SECRET_KEY: SECRET_KEY };
  });
  afterEach(() => collector.close());
  const run = (...args: string[]) => handrail(['site', ...args], environment);

  test('push publishes, says who, and waits until it is live where asked to', async () => {
    await collector.ingest({ type: 'track', event: 'demo_booked', anonymousId: 'a' });
    const pushed = await run('push', siteFile(siteWith(3)), '--by', 'ada', '--wait');
    expect(pushed).toMatchObject({ code: 0, err: '' });
    expect(pushed.out).toMatch(/^version 2: live/);
    expect(pushed.out).toMatch(/live$/);
    expect((await collector.owner('/v1/leads')).data[0].score).toBeCloseTo(3, 5);
    expect((await collector.owner('/v1/site/versions')).data[0]).toMatchObject({ by: 'ada', via: 'api' });
  });

  test('push refuses what is not valid before it asks the collector, and what was changed meanwhile', async () => {
    expect(await run('push', siteFile({ nam: 'x' }))).toMatchObject({ code: 1, out: '' });
    await collector.publish(siteWith(4));
    const late = await run('push', siteFile(siteWith(5)), '--if-version', '1');
    expect(late).toEqual({
      code: 1,
      out: '',
      err: 'handrail: the collector answers 412: version 2 has been published meanwhile',
    });
    expect((await collector.owner('/v1/site')).version).toBe(2);
  });

  test('what the collector alone can know is told with its path', async () => {
    const site = { ...siteWith(3), name: placeholder('HANDRAIL_NOWHERE') };
    const { code, err } = await run('push', siteFile(site));
    expect(code).toBe(1);
    expect(err).toContain('  name: needs the environment variable HANDRAIL_NOWHERE');
  });

  test('pull writes the file that a push would leave as it is; an earlier version too', async () => {
    await collector.publish(siteWith(3));
    const file = join(folder, 'pulled.json');
    expect(await run('pull', file)).toEqual({ code: 0, out: `version 2 written to ${file}`, err: '' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(siteWith(3));
    expect((await run('push', file)).out).toBe('version 2: live');
    const printed = await run('pull', '--version', '1');
    expect(JSON.parse(printed.out)).toEqual(siteWith(10));
    expect(await run('pull', '--version', '9')).toMatchObject({ code: 1, out: '' });
  });

  test('diff says what a push would change, by exit codes as of diff(1)', async () => {
    expect(await run('diff', siteFile(siteWith(10)))).toEqual({ code: 0, out: '', err: '' });
    const { code, out } = await run('diff', siteFile(siteWith(3)));
    expect(code).toBe(1);
    expect(out).toMatch(/^-\s+"points": 10$/m);
    expect(out).toMatch(/^\+\s+"points": 3$/m);
    expect(out).toContain('--- version 1');
    expect((await run('diff', join(folder, 'nowhere.json'))).code).toBeGreaterThan(0);
    const unreachable = await handrail(
      ['site', 'diff', siteFile(siteWith(3)), '--url', 'http://127.0.0.1:1'],
      {
        HANDRAIL_SECRET_KEY: SECRET_KEY,
      },
    );
    expect(unreachable).toMatchObject({ code: 2, out: '' });
    expect(unreachable.err).toMatch(/^handrail: no answer from http:\/\/127\.0\.0\.1:1: /);
  });

  test('preview tells what would change, and publishes nothing', async () => {
    await collector.ingest({ type: 'track', event: 'demo_booked', anonymousId: 'a' });
    const { code, out } = await run('preview', siteFile(siteWith(60)), '--days', '7');
    expect(code).toBe(0);
    expect(out).toContain('1 leads, 1 touchpoints; conversions count within 7 days');
    expect(out).toContain('hot: 1 leads become so, 0 no longer are');
    expect(out).toMatch(/^rule +leads/m);
    const json = JSON.parse((await run('preview', siteFile(siteWith(60)), '--json')).out);
    expect(json).toMatchObject({ days: 30, leads: 1 });
    expect((await collector.owner('/v1/site')).version).toBe(1);
  });

  test('sequences preview tells what would have been sent and what stopped, and sends nothing', async () => {
    await collector.ingest({ type: 'track', event: 'demo_asked', anonymousId: 'b' });
    collector.clock.now += 3 * 3_600_000;
    const file = siteFile({
      ...siteWith(20),
      sequences: [
        {
          id: 'call',
          start: { touchpoint: 'demo_asked' },
          steps: [
            { id: 'ring', after: '1h', task: { title: 'Call', due: '1h' } },
            { id: 'again', after: '1d', task: { title: 'Call again', due: '1h' } },
          ],
        },
      ],
    });
    const preview = (...options: string[]) =>
      handrail(['sequences', 'preview', file, ...options], environment);
    const { code, out, err } = await preview();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('1 messages: 1 task');
    expect(out).toContain('call: 1 runs, 0 held out, 0 met the goal, 1 under way');
    expect(out).toMatch(/^ {2}ring +task +1$/m);
    const json = JSON.parse((await preview('--days', '30', '--json')).out);
    expect(json).toMatchObject({ days: 30, sent: 1 });
    expect((await collector.owner('/v1/tasks')).data).toEqual([]);
  });

  test('without a key, or with one that may not, it says so', async () => {
    const file = siteFile(siteWith(3));
    const { HANDRAIL_URL = '' } = environment;
    expect(await handrail(['site', 'push', file], { HANDRAIL_URL, HANDRAIL_SECRET_KEY: '' })).toEqual({
      code: 1,
      out: '',
      err: 'handrail: needs the secret key: --key, or HANDRAIL_SECRET_KEY',
    });
    const refused = await run('push', file, '--key', WRITE_KEY);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('the collector answers 403');
  });
});

test('the schemas in the package are those that the collector checks by', async () => {
  const collector = await startCollector();
  const served = await (await collector.request('/site.schema.json')).json();
  await collector.close();
  const inPackage = JSON.parse(readFileSync(`${BUILT}site.schema.json`, 'utf8'));
  expect(inPackage).toEqual(served);
  expect(inPackage.title).toBe('Handrail site');
  const scenario = JSON.parse(readFileSync(`${BUILT}scenario.schema.json`, 'utf8'));
  expect(Object.keys(scenario.properties)).toEqual(['$schema', 'name', 'start', 'touchpoints', 'expect']);
});
