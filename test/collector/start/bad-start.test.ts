import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCollector } from '../../support/collector.ts';
import { storedMessageIds } from '../../support/database.ts';

const BIN = fileURLToPath(new URL('../../../collector/bin/handrail.js', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-start-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `handrail` to its end, which must come by itself. */
async function run(args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, HANDRAIL_DB: join(folder, 'unused.sqlite'), HANDRAIL_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, complaint, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  expect(printed).not.toContain('listening');
  expect(complaint, 'a stack trace is no clear line').not.toMatch(/^\s+at /m);
  return { code, lines: complaint.trimEnd().split('\n') };
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const siteFile = (name: string, site: object) => file(name, JSON.stringify(site));

/** A database with a touchpoint in it that was acknowledged. */
async function usedDatabase(name: string): Promise<string> {
  const databasePath = join(folder, name);
  const collector = await startCollector({ databasePath });
  await collector.ingest({ type: 'track', event: 'ping', anonymousId: 'visitor', messageId: 'kept' });
  await collector.close();
  return databasePath;
}

test('a port in use: one line says so and what to do, and the database is as it was', async () => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const db = await usedDatabase('port.sqlite');
  expect(await run(['start', '--port', String(port), '--db', db])).toEqual({
    code: 1,
    lines: [`handrail: port ${port} is in use: stop what listens there, or choose another with --port`],
  });
  expect(storedMessageIds(db)).toEqual(['kept']);
  other.close();
});

describe('a database that cannot be used', () => {
  test('whose folder is a file', async () => {
    const db = join(file('file', ''), 'below.sqlite');
    expect(await run(['start', '--db', db])).toEqual({
      code: 1,
      lines: [expect.stringMatching(`^handrail: cannot open the database ${db}: `)],
    });
  });

  test('that is a folder', async () => {
    const db = join(folder, 'folder.sqlite');
    mkdirSync(db);
    expect(await run(['start', '--db', db])).toEqual({
      code: 1,
      lines: [expect.stringMatching(`^handrail: cannot open the database ${db}: `)],
    });
  });

  test('that is no database: it is left as it was', async () => {
    const db = file('notes.txt', 'dear diary\n'.repeat(500));
    expect(await run(['start', '--db', db])).toEqual({
      code: 1,
      lines: [`handrail: ${db}: file is not a database`],
    });
    expect(readFileSync(db, 'utf8')).toBe('dear diary\n'.repeat(500));
  });

  test('that a newer Handrail has made: it is left as it was', async () => {
    const path = await usedDatabase('newer.sqlite');
    const db = new Database(path);
    db.pragma('user_version = 999');
    db.close();
    const { code, lines } = await run(['start', '--db', path]);
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(
        `^handrail: ${path} was made by a newer Handrail \\(schema 999, .*update the collector$`,
      ),
    ]);
    expect(storedMessageIds(path)).toEqual(['kept']);
  });
});

describe('a wrong site file', () => {
  test.each([
    [
      'a wrong key: its path and the nearest right one',
      { name: 'Shop', scoring: { rules: [{ id: 'a', when: { touchpoint: 'x' }, point: 3 }] } },
      '  scoring.rules[0]: unknown key "point": did you mean "points"?',
    ],
    [
      'a wrong key at the top',
      { name: 'Shop', sequnces: [] },
      '  the document: unknown key "sequnces": did you mean "sequences"?',
    ],
    [
      'a wrong value: its path and what was expected',
      { name: 'Shop', contactBudget: { prompts: { cooldown: 'a week' } } },
      '  contactBudget.prompts.cooldown: expected a duration such as "90s", "30m", "1h" or "7d"',
    ],
    ['a missing key', { timezone: 'Europe/London' }, '  name: missing: expected string'],
    [
      'a name of nothing there is',
      { name: 'Shop', stages: [{ id: 'aware' }], flags: [{ id: 'a', when: { stage: 'awre' } }] },
      '  flags[0].when.stage: no stage "awre": did you mean "aware"?',
    ],
    [
      'Q29 an endpoint that leads inside',
      {
        name: 'Shop',
        endpoints: { crm: { url: 'http://2130706433/hook', secret: `whsec_${'a'.repeat(32)}` } },
      },
      '  endpoints.crm.url: private_address: 127.0.0.1 is not a public address',
    ],
  ])('%s', async (_, site, line) => {
    const config = siteFile('site.json', site);
    const { code, lines } = await run(['start', '--config', config]);
    expect(code).toBe(1);
    expect(lines[0]).toBe(`handrail: ${config} is not a valid site:`);
    expect(lines).toContain(line);
  });

  test('an environment variable it names is not set', async () => {
    const secret = '$' + '{HANDRAIL_CRM_SECRET}';
    const config = siteFile('secret.json', {
      name: 'Shop',
      endpoints: { crm: { url: 'https://crm.example', secret } },
    });
    expect(await run(['start', '--config', config])).toEqual({
      code: 1,
      lines: [
        `handrail: ${config} is not a valid site:`,
        '  endpoints.crm.secret: needs the environment variable HANDRAIL_CRM_SECRET, which the collector does not have',
      ],
    });
  });

  test('is not JSON, or is not there', async () => {
    const config = file('broken.json', '{ "name": "Shop", }');
    expect(await run(['start', '--config', config])).toEqual({
      code: 1,
      lines: [expect.stringMatching(`^handrail: ${config} is not JSON: `)],
    });
    expect(await run(['start', '--config', join(folder, 'missing.json')])).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^handrail: cannot read the site file .*missing\.json: /)],
    });
  });
});

describe('a wrong setting', () => {
  test.each([
    ['HANDRAIL_PORT', 'http', 'the port must be a whole number from 0 to 65535, not "http"'],
    ['HANDRAIL_PORT', '65536', 'the port must be a whole number from 0 to 65535, not "65536"'],
    ['HANDRAIL_WRITE_KEY', 'pk_short', 'HANDRAIL_WRITE_KEY must be pk_'],
    ['HANDRAIL_WRITE_KEY', 'sk_0123456789abcdef', 'HANDRAIL_WRITE_KEY must be pk_'],
    ['HANDRAIL_SECRET_KEY', 'secret', 'HANDRAIL_SECRET_KEY must be sk_'],
    ['HANDRAIL_SMTP_URL', 'mail.example', 'HANDRAIL_SMTP_URL: '],
  ])('%s=%s', async (name, value, complaint) => {
    const { code, lines } = await run(['start'], { [name]: value });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^handrail: ${complaint}`));
  });

  test('--port', async () => {
    const { code, lines } = await run(['start', '--port', 'http']);
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringContaining('expected a whole number from 0 to 65535')]);
  });

  test('an option there is not: the nearest is named', async () => {
    const { code, lines } = await run(['start', '--prot', '1']);
    expect(code).toBe(1);
    expect(lines.join(' ')).toContain('--port');
  });
});
