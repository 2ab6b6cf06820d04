/** The repository and its packages as others find them: on a clone, in the registry, on a server. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, test } from 'vitest';
import { ROOT, readText } from './markdown.ts';

const PACKAGES = ['sdk', 'widgets', 'collector'];

test('the top level is what it should be, and nothing else', () => {
  const listed = [
    ...['sdk', 'widgets', 'collector', 'examples', 'test'],
    ...['package.json', 'package-lock.json', 'rollup.config.mjs', 'tsconfig.json'],
    ...['LICENSE', 'README.md', 'CHANGELOG.md'],
  ];
  expect(listed.filter((name) => !existsSync(ROOT + name))).toEqual([]);

  const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).trimEnd().split('\n');
  const top = new Set(tracked.map((path) => path.split('/', 1)[0] ?? ''));
  expect([...top].filter((name) => !name.startsWith('.') && !listed.includes(name))).toEqual([]);
});

test('the lockfile names no registry, so that each machine may use its own', () => {
  const lock = readText('package-lock.json');
  expect(lock).not.toMatch(/"resolved":\s*"http/);
  const { packages } = JSON.parse(lock) as { packages: { [path: string]: { integrity?: string } } };
  const installed = Object.entries(packages).filter(
    ([path]) => path.includes('node_modules/') && !path.includes('@handrail/'),
  );
  expect(installed.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
});

describe.each(PACKAGES)('the package %s', (directory) => {
  const manifest = JSON.parse(readText(`${directory}/package.json`));

  test('is clean by publint', { timeout: 20_000 }, async () => {
    const { messages, pkg } = await publint({ pkgDir: ROOT + directory, pack: 'npm', strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test('has a README, the licence and the version of the root', () => {
    const { version, license } = JSON.parse(readText('package.json'));
    expect(manifest).toMatchObject({ version, license });
    expect(readText(`${directory}/README.md`)).toMatch(new RegExp(`^# ${manifest.name}\n`));
  });

  test('tells types first, and a bundler that what is not used may go', () => {
    for (const [entry, conditions] of Object.entries(manifest.exports)) {
      const published = Object.keys(conditions as object).filter((name) => name !== 'handrail-source');
      expect(published, entry).toEqual(['types', 'default']);
    }
    if (directory !== 'collector') expect(manifest.sideEffects).toBe(false);
  });
});

test('the browser packages can be imported where there is no browser, and do nothing there', () => {
  const code = `
    const before = Object.keys(globalThis).length;
    const { init } = await import('@handrail/sdk');
    const { mount } = await import('@handrail/widgets');
    const { MAX_BATCH_MESSAGES } = await import('@handrail/sdk/protocol');
    const { holds } = await import('@handrail/sdk/condition');
    const handrail = init({ writeKey: 'pk_test', endpoint: 'https://collect.example' });
    handrail.track('demo_booked');
    await handrail.flush();
    const names = [init, mount, holds].map((each) => typeof each).concat(typeof MAX_BATCH_MESSAGES);
    console.log(JSON.stringify({ names, leftBehind: Object.keys(globalThis).length - before }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(JSON.parse(output)).toEqual({
    names: ['function', 'function', 'function', 'number'],
    leftBehind: 0,
  });
});

describe('the command handrail', () => {
  const { bin } = JSON.parse(readText('collector/package.json')) as { bin: { [name: string]: string } };
  const run = (file: string, nodeVersion: string) => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${nodeVersion}' } });`;
    return spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, `collector/${file}`, '--version'],
      { cwd: ROOT, encoding: 'utf8' },
    );
  };

  test.each(Object.values(bin))(
    'Q03 on an old Node, %s refuses in one line, before anything native',
    (file) => {
      // better-sqlite3 would crash the process without a word, so nothing may be loaded before the check.
      expect(readText(`collector/${file}`)).not.toMatch(/^import /m);
      expect(run(file, '20.19.0')).toMatchObject({
        status: 1,
        stdout: '',
        stderr: 'handrail: Node 20.19.0 is too old: install Node 22 or later\n',
      });
    },
  );

  test.each(Object.values(bin))('on the oldest Node that will do, %s runs', (file) => {
    const { version } = JSON.parse(readText('collector/package.json'));
    expect(run(file, '22.0.0')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});
