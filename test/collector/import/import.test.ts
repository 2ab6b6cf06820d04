/** What tables look like, and what becomes of them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ImportOptions, type ImportPlan, importTable } from '../../../collector/src/import/import.ts';
import { openTable } from '../../../collector/src/import/read.ts';
import { batchSender } from '../../../collector/src/import/send.ts';
import { parseTime } from '../../../collector/src/import/time.ts';
import { SECRET_KEY, START, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { startHttpReceiver } from '../../support/http-receiver.ts';
import { startImport } from './command.ts';

const HOT_SITE = {
  name: 'Import',
  country: 'GB',
  scoring: { rules: [{ id: 'call', when: { touchpoint: 'call_completed' }, points: 60 }] },
  sequences: [
    {
      id: 'hot',
      start: { temperature: 'hot' },
      steps: [{ after: '0s', task: { title: 'Call', due: '1h' } }],
    },
  ],
};

let folder: string;
let collector: TestCollector;
let url: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-import-'));
  collector = await startCollector({ site: HOT_SITE });
  url = await collector.listen();
});
afterEach(async () => {
  await collector.close();
  rmSync(folder, { recursive: true });
});

function table(content: string | Buffer, name = 'table.csv'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(content: string | Buffer, options: Partial<ImportOptions> = {}) {
  const path = table(content);
  let plan: ImportPlan | null = null;
  const send = batchSender({ url, secretKey: SECRET_KEY });
  const standing = await importTable(
    { path, map: new Map(), timezone: 'UTC', send, ...options },
    {
      onPlan: (told) => {
        plan = told;
      },
      onProgress: () => {},
    },
  );
  return { ...standing, plan: plan as ImportPlan | null, path };
}
const leads = async () => (await collector.owner('/v1/leads?sort=firstSeenAt')).data;
const touchpointsOf = async (query: string) => {
  const [lead] = (await collector.owner(`/v1/leads?${query}`)).data;
  return (await collector.owner(`/v1/leads/${lead.id}/touchpoints`)).data;
};
const errorsOf = (path: string) => readFileSync(`${path}.errors.csv`, 'utf8').trim().split('\n');

describe('leads', () => {
  test('by the names of their columns: who, what is known, and consent', async () => {
    const { accepted } = await run(
      'User ID,E-Mail,Full name,Company,Company Size,Mobile,Lead source,Marketing consent\n' +
        'u1,Ada@Example.com,"Lovelace, Ada",Analytical Ltd,120,020 7946 0958,Trade fair,yes\n' +
        ',bob@example.com,Bob,,007,,,no\n',
    );
    expect(accepted).toBe(2);
    expect(await leads()).toMatchObject([
      {
        userId: 'u1',
        email: 'ada@example.com',
        name: 'Lovelace, Ada',
        traits: {
          company: 'Analytical Ltd',
          companySize: 120,
          phone: '020 7946 0958',
          leadSource: 'Trade fair',
        },
        consent: { marketing: 'granted', analytics: 'pending' },
      },
      {
        userId: null,
        email: 'bob@example.com',
        traits: { companySize: '007' },
        consent: { marketing: 'denied' },
      },
    ]);
    expect((await leads())[1].traits).not.toHaveProperty('company');
  });

  test('may have any column of their own, also one that is called nearly like ours', async () => {
    await run('email,Detail,phase,ARR,vip\nada@example.com,none,trial,1200.50,TRUE\n');
    const [{ traits }] = await leads();
    expect(traits).toMatchObject({ detail: 'none', phase: 'trial', arr: 1200.5, vip: true });
  });

  test('with a first and a last name have a name', async () => {
    await run('email,First Name,Surname\nada@example.com,Ada,Lovelace\n');
    expect(await leads()).toMatchObject([{ name: 'Ada Lovelace', traits: { firstName: 'Ada' } }]);
  });

  test('that come again as they were add nothing; that were changed and changed back are changed back', async () => {
    const [first, second] = ['email,plan\nada@example.com,free\n', 'email,plan\nada@example.com,pro\n'];
    await run(first);
    expect(await run(first)).toMatchObject({ accepted: 0, duplicates: 1 });
    collector.clock.now += 1_000;
    await run(second);
    expect((await leads())[0].traits.plan).toBe('pro');
    collector.clock.now += 1_000;
    await run(`${first}bob@example.com,free\n`);
    expect((await leads())[0].traits.plan).toBe('free');
  });
});

describe('touchpoints', () => {
  test.each([
    ['call_completed', 'phone', '+442079460958'],
    ['store_visited', 'userId', 'u1'],
    ['webinar_attended', 'email', 'ada@example.com'],
    ['email_opened', 'email', 'ada@example.com'],
    ['email_clicked', 'email', 'ada@example.com'],
    ['meeting_booked', 'email', 'ada@example.com'],
    ['chat_started', 'userId', 'u1'],
  ])('%s, of somebody known by %s', async (event, field, value) => {
    await run(`userId,email,phone\nu1,ada@example.com,+442079460958\n`);
    await run(`touchpoint,timestamp,${field},minutes\n${event},2026-11-20T10:00:00Z,${value},12\n`);
    expect(await touchpointsOf('userId=u1')).toMatchObject([
      {
        name: event,
        timestamp: '2026-11-20T10:00:00.000Z',
        trust: 'server',
        properties: { minutes: 12 },
      },
      { name: 'identify' },
    ]);
  });

  test('without a column that says what, all of one kind', async () => {
    await run('Phone,Date\n020 7946 0958,2026-11-20\n', { touchpoint: 'call_completed' });
    expect(await leads()).toMatchObject([
      { touchpointCount: 1, score: expect.closeTo(60 * 2 ** (-1.5 / 30), 3) },
    ]);
  });

  test('that two files have in common are there once, whatever the order of their columns', async () => {
    await run('event,time,email,note,by\ncall_completed,2026-11-20,ada@example.com,good,Grace\n');
    const again = await run(
      'by,note,email,time,event\nGrace,good,ada@example.com,2026-11-20,call_completed\nGrace,bad,ada@example.com,2026-11-20,call_completed\n',
    );
    expect(again).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  test('of long ago alarm nobody now; those of today do', async () => {
    await run('event,time,email\ncall_completed,2025-11-20,ada@example.com\n');
    expect((await collector.owner('/v1/deliveries')).data).toEqual([]);
    await run('event,time,email\ncall_completed,2026-11-21 11:00,ada@example.com\n');
    expect((await collector.owner('/v1/deliveries')).data).toMatchObject([{ sequenceId: 'hot' }]);
  });
});

describe('tables as programs write them', { timeout: 60_000 }, () => {
  const rows = [
    ['email', 'remark'],
    ['ada@example.com', 'said: "yes", then\r\nhung up; later\tcalled'],
    ['bob@example.com', 'größer als 3 €'],
  ];
  const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  test.each([
    ['commas', stringify(rows), ','],
    ['semicolons', stringify(rows, { delimiter: ';' }), ';'],
    ['tabs', stringify(rows, { delimiter: '\t' }), '\t'],
    ['CRLF', stringify(rows, { record_delimiter: '\r\n' }), ','],
    ['a byte order mark', stringify(rows, { bom: true }), ','],
    ['everything quoted', stringify(rows, { quoted: true }), ','],
    ["UTF-16, as a spreadsheet's Unicode text", utf16(stringify(rows, { delimiter: '\t' })), '\t'],
    ['no newline at the end', stringify(rows, { eof: false }), ','],
    ['blank rows', `${stringify(rows)}\n\n,\n`, ','],
  ])('%s', async (_, content, delimiter) => {
    const { plan, accepted, refused } = await run(content);
    expect(plan).toMatchObject({ delimiter, columns: [{ name: 'email' }, { name: 'remark' }] });
    expect([accepted, refused]).toEqual([2, 0]);
    expect((await leads()).map((lead: { traits: { remark: string } }) => lead.traits.remark)).toEqual(
      rows.slice(1).map(([, remark]) => remark),
    );
  });

  test('whatever stands in a cell is read as it is', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { maxLength: 5 }),
        fc.constantFrom(',', ';', '\t'),
        async (cells, delimiter) => {
          const path = table(stringify([['one', 'other'], ...cells], { delimiter, quoted: true }));
          const read: string[][] = [];
          for await (const row of (await openTable(path)).rows()) read.push(row.cells);
          expect(read).toEqual(cells.filter((row) => row.some((each) => each.trim() !== '')));
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['2026-11-21T14:30:00Z', 'UTC', undefined, '2026-11-21T14:30:00.000Z'],
    ['2026-11-21T14:30:00+02:00', 'America/New_York', undefined, '2026-11-21T12:30:00.000Z'],
    ['2026-11-21 14:30:00 +0200', 'UTC', undefined, '2026-11-21T12:30:00.000Z'],
    ['2026-11-21 14:30', 'Europe/Berlin', undefined, '2026-11-21T13:30:00.000Z'],
    ['2026-07-21 14:30:05.5', 'Europe/Berlin', undefined, '2026-07-21T12:30:05.500Z'],
    ['2026-11-21', 'Asia/Tokyo', undefined, '2026-11-20T15:00:00.000Z'],
    ['21.11.2026 14:30', 'Europe/Berlin', 'dd.MM.yyyy HH:mm', '2026-11-21T13:30:00.000Z'],
    ['11/21/2026 2:30 PM', 'UTC', 'M/d/yyyy h:mm a', '2026-11-21T14:30:00.000Z'],
    ['1795271400', 'UTC', 'X', '2026-11-21T14:30:00.000Z'],
    // The clock jumps over it.
    ['2026-03-29 02:30', 'Europe/Berlin', undefined, '2026-03-29T01:30:00.000Z'],
    ['2026-11-21', 'UTC', 'dd.MM.yyyy', null],
    ['21.11.2026', 'UTC', undefined, null],
    ['2026-02-30', 'UTC', undefined, null],
    ['14:30', 'UTC', undefined, null],
    ['2026', 'UTC', undefined, null],
    ['yesterday', 'UTC', undefined, null],
  ])('a time %s in %s', (text, zone, format, expected) => {
    const at = parseTime(text, zone, format);
    expect(at === null ? null : new Date(at).toISOString()).toBe(expected);
  });
});

describe('rows that are refused', { timeout: 60_000 }, () => {
  test('stand in a file with number and reason; mended, that file can be imported', async () => {
    const { refused, path } = await run(
      'touchpoint,timestamp,email,userId\n' +
        'call_completed,2026-11-20,ada@example.com,\n' +
        'call_completed,,ada@example.com,\n' +
        'call_completed,2026-11-20,,\n' +
        ',2026-11-20,ada@example.com,\n' +
        'call_completed,2026-11-20,ada at example,\n' +
        'call_completed,2026-11-20\n' +
        `${'x'.repeat(200)},2026-11-20,ada@example.com,\n`,
    );
    expect(refused).toBe(6);
    expect(errorsOf(path)).toEqual([
      'import_row,import_error,touchpoint,timestamp,email,userId',
      '3,timestamp: empty,call_completed,,ada@example.com,',
      '4,"nobody: expected a user id, an e-mail address or a phone number",call_completed,2026-11-20,,',
      '5,touchpoint: empty,,2026-11-20,ada@example.com,',
      '6,"email: ""ada at example"" is no e-mail address",call_completed,2026-11-20,ada at example,',
      '7,"expected 4 cells, found 2",call_completed,2026-11-20',
      expect.stringMatching(/^8,event: Too big/),
    ]);
    const [header, first] = errorsOf(path);
    const mended = await run(`${header}\n${first?.replace(',,ada', ',2026-11-19,ada')}\n`);
    expect(mended).toMatchObject({ accepted: 1, refused: 0 });
    expect(await leads()).toMatchObject([{ touchpointCount: 2 }]);
  });

  test('also by the collector, in their place: a phone number of no known country', async () => {
    const rows = Array.from({ length: 2_500 }, (_, index) =>
      index === 1_700 ? '12345' : `0207946${1000 + index}`,
    );
    const { accepted, path } = await run(`Phone\n${rows.join('\n')}\n`);
    expect(accepted).toBe(2_499);
    expect(errorsOf(path)[1]).toMatch(/^1702,/);
  });

  test('because they are too large, one by one', async () => {
    const { accepted, path } = await run(
      `email,remark\na@example.com,${'x'.repeat(40_000)}\nb@example.com,short\n`,
    );
    expect(accepted).toBe(1);
    expect(errorsOf(path)[1]).toMatch(/^2,larger than 32 KB,/);
  });
});

describe('a table that cannot be imported says why, before anything is sent', () => {
  const map = (column: string, field: string) => ({ map: new Map([[column, field]]) });
  test.each([
    ['a slip in a name', 'emial,name\n', {}, 'column "emial": did you mean email? Say --map "emial=email"'],
    ['nobody', 'name,company\n', {}, 'no column says who it is about'],
    ['no time', 'event,email\n', {}, 'no column says when it happened'],
    [
      'nothing that happened',
      'time,email\n',
      { kind: 'touchpoints' as const },
      'no column says what happened',
    ],
    ['one thing twice', 'Email,E-mail\n', {}, 'columns "Email" and "E-mail" both mean email'],
    [
      'a mapping of no column',
      'email\n',
      map('Emial', 'email'),
      '--map: no column "Emial": did you mean "email"?',
    ],
    [
      'a mapping to nothing known',
      'mail to\n',
      map('mail to', 'emial'),
      'no field "emial": did you mean "email"?',
    ],
    ['no rows at all', '', {}, 'the first row must name the columns'],
    [
      'another encoding',
      Buffer.from('email,name\na@example.com,J\xfcrgen\n', 'latin1'),
      {},
      'is not in UTF-8',
    ],
    [
      'an open quote',
      `email,name\na@example.com,"Ada\n${'x\n'.repeat(600_000)}`,
      {},
      'row 2: a quote is opened',
    ],
  ])('%s', async (_, content, options, message) => {
    await expect(run(content, options)).rejects.toThrow(message);
    expect(await leads()).toEqual([]);
  });

  test('what the user says of a column wins over its name', async () => {
    await run('emial,E-mail,Notes\nnone,ada@example.com,secret\n', {
      map: new Map([
        ['emial', 'traits.emial'],
        ['Notes', ''],
      ]),
    });
    expect(await leads()).toMatchObject([{ email: 'ada@example.com', traits: { emial: 'none' } }]);
    expect((await leads())[0].traits).not.toHaveProperty('notes');
  });
});

describe('a collector that is not there', () => {
  test('for a moment is tried again; that refuses is not', async () => {
    const answers = [
      [503, ''],
      [429, ''],
      [200, '{"success":true,"accepted":1,"duplicates":0,"rejected":[]}'],
      [401, '{"detail":"writeKey: no such key"}'],
    ] as const;
    let asked = 0;
    const receiver = await startHttpReceiver((_, response) => {
      const [status, body] = answers[asked++] ?? [500, ''];
      response.writeHead(status, { 'retry-after': '0' }).end(body);
    });
    const send = batchSender({ url: receiver.origin, secretKey: SECRET_KEY });
    const message = { type: 'identify' as const, userId: 'u1', messageId: 'm1' };
    expect(await send([message])).toMatchObject({ accepted: 1 });
    await expect(send([message])).rejects.toThrow('401 writeKey: no such key');
    expect(receiver.received).toHaveLength(4);
    await receiver.close();
  });
});

describe('the command', { timeout: 60_000 }, () => {
  test('shows what it makes of the columns, and in a dry run sends nothing', async () => {
    const path = table('Email,Lead source,Notes\nada@example.com,Fair,x\nnobody,Fair,y\n');
    const { code, output } = await startImport(url, [path, '--dry-run', '--map', 'Notes=']).ended;
    expect(output).toContain('table.csv: leads, separated by commas, utf-8');
    expect(output.split('\n')).toEqual(
      expect.arrayContaining([
        '  Email        ->  email',
        '  Lead source  ->  traits.leadSource',
        '  Notes        ->  (left out)',
      ]),
    );
    expect(output).toContain('"leadSource": "Fair"');
    expect(output).toContain('1 rows would be imported, 1 refused: see');
    expect(code).toBe(2);
    expect(await leads()).toEqual([]);
    expect(existsSync(`${path}.import.json`)).toBe(false);
  });

  test('imports, and says so', async () => {
    const path = table('Email\nada@example.com\n');
    const { code, output } = await startImport(url, [path]).ended;
    expect(output).toMatch(/handrail: 1 rows imported\n$/);
    expect(code).toBe(0);
    expect(await leads()).toMatchObject([
      { email: 'ada@example.com', firstSeenAt: new Date(START).toISOString() },
    ]);
  });

  test.each([
    ['a file that is not there', ['/nowhere.csv'], {}, 'cannot read /nowhere.csv'],
    ['no key', [], { HANDRAIL_SECRET_KEY: '' }, 'a secret key (sk_…) is needed'],
    ['a write key', ['--key', WRITE_KEY], {}, 'a secret key (sk_…) is needed'],
    ['an unknown key', ['--key', 'sk_nobody_0123456789'], {}, '401 writeKey: no such key'],
    ['a zone that there is not', ['--timezone', 'Mars'], {}, 'expected an IANA name'],
    ['no address', ['--url', 'localhost'], {}, 'must be like https://collect.example'],
  ])('%s: one line, and nothing else', async (_, args, environment, message) => {
    const path = table('Email\nada@example.com\n');
    const all = args[0]?.startsWith('/') ? args : [path, ...args];
    const { code, output } = await startImport(url, all, environment).ended;
    expect(output).toContain(message);
    expect(output).not.toContain('    at ');
    expect(code).toBe(1);
    expect(await leads()).toEqual([]);
  });
});
