import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mailboxOf, plainCompany, plainName } from '../../../collector/src/leads/duplicates.ts';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';
import { readDatabase } from '../../support/database.ts';
import { heardOf, identify, message } from './people.ts';

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector({ site: { name: 'Duplicates', country: 'GB' } });
});
afterEach(() => collector.close());

const duplicates = async (query = '') => (await collector.owner(`/v1/duplicates${query}`)).data;
async function post(path: string, body?: object) {
  const response = await collector.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
/** Two accounts, which nothing but the owner may merge. */
const twoUsers = (one: object, other: object) =>
  collector.ingestAsServer(identify(null, 'u1', one), identify(null, 'u2', other));
interface Duplicate {
  id: string;
  leads: { id: string; userId: string | null }[];
  reasons: string[];
}

describe('likely duplicates', () => {
  test.each([
    ['the same e-mail', { email: 'ada@example.com' }, { email: 'Ada@Example.COM' }, ['same_email']],
    ['a tag in it', { email: 'ada@example.com' }, { email: 'ada+shop@example.com' }, ['same_email']],
    ['dots at Gmail', { email: 'a.d.a@gmail.com' }, { email: 'ada@googlemail.com' }, ['same_email']],
    ['dots elsewhere', { email: 'a.da@example.com' }, { email: 'ada@example.com' }, []],
    ['the same phone', { phone: '020 7946 0958' }, { phone: '+44 20 7946 0958' }, ['same_phone']],
    [
      'the same name and company',
      { name: 'Ada  Lovelace', company: 'Analytical Engines Ltd.' },
      { firstName: 'ada', lastName: 'LOVELACE', company: { name: 'Analytical Engines' } },
      ['same_name_and_company'],
    ],
    [
      'what is far too long for a name',
      { name: 'a'.repeat(300), company: 'A' },
      { name: 'a'.repeat(300), company: 'A' },
      [],
    ],
    ['the same name only', { name: 'Ada Lovelace' }, { name: 'Ada Lovelace' }, []],
    ['the same company only', { name: 'Ada', company: 'Acme' }, { name: 'Bob', company: 'Acme' }, []],
    [
      'all of them',
      { email: 'ada@example.com', phone: '020 7946 0958', name: 'Ada', company: 'Acme' },
      { email: 'ada+1@example.com', phone: '02079460958', name: 'Ada', company: 'ACME, Inc.' },
      ['same_email', 'same_name_and_company', 'same_phone'],
    ],
  ])('by %s', async (_, one, other, reasons) => {
    await twoUsers(one, other);
    const found: Duplicate[] = await duplicates();
    expect(found.map((each) => [each.leads.map(({ userId }) => userId), each.reasons.sort()])).toEqual(
      reasons.length > 0 ? [[['u1', 'u2'], reasons]] : [],
    );
    expect((await collector.owner('/v1/leads')).data).toHaveLength(2);
  });

  test('by the company that a group message tells', async () => {
    const employs = (userId: string) =>
      message(null, { type: 'group', userId, groupId: 'g1', traits: { name: 'Acme GmbH & Co. KG' } });
    await twoUsers({ name: 'Ada' }, { name: 'ada', company: 'acme' });
    expect(await duplicates()).toEqual([]);
    await collector.ingestAsServer(employs('u1'));
    expect(await duplicates()).toMatchObject([{ reasons: ['same_name_and_company'] }]);
  });

  test('a pair that is corrected is no longer listed; one that comes to share something is', async () => {
    await twoUsers({ phone: '020 7946 0958' }, { phone: '020 7946 0958' });
    expect(await duplicates()).toHaveLength(1);
    collector.clock.now += 1_000;
    await collector.ingestAsServer(
      message(null, { ...identify(null, 'u2', { phone: '020 7946 0000', name: 'Ada', company: 'Acme' }) }),
      message(null, { ...identify(null, 'u1', { name: 'Ada', company: 'Acme' }) }),
    );
    expect(await duplicates()).toMatchObject([{ reasons: ['same_name_and_company'] }]);
  });

  test('a number that calls, and that only a browser has told of somebody', async () => {
    await collector.ingestAsServer(heardOf('call_completed', { phone: '020 7946 0958' }));
    await collector.ingest(identify('v1', undefined, { phone: '+442079460958' }));
    expect(await duplicates()).toMatchObject([{ reasons: ['same_phone'] }]);
  });

  test('one is dismissed for good; again changes nothing', async () => {
    await twoUsers({ phone: '020 7946 0958' }, { phone: '020 7946 0958' });
    const [{ id }] = await duplicates();
    const dismissed = await post(`/v1/duplicates/${id}/dismiss`);
    expect(dismissed).toMatchObject({ status: 200, body: { id, status: 'dismissed' } });
    collector.clock.now += 1_000;
    expect(await post(`/v1/duplicates/${id}/dismiss`)).toEqual(dismissed);
    await collector.ingestAsServer(identify(null, 'u2', { phone: '+442079460958' }));
    expect(await duplicates()).toEqual([]);
    expect(await duplicates('?status=dismissed')).toMatchObject([{ id }]);
    expect((await post('/v1/duplicates/dup_999/dismiss')).status).toBe(404);
  });

  test('merging a pair settles it; what is known of the one is then known of the other', async () => {
    await twoUsers({ phone: '020 7946 0958' }, { phone: '020 7946 0958', email: 'ada@example.com' });
    await collector.ingestAsServer(identify(null, 'u3', { email: 'ada+shop@example.com' }));
    const [withThird, pair]: Duplicate[] = await duplicates();
    expect(withThird?.leads.map(({ userId }) => userId)).toEqual(['u2', 'u3']);
    const [first, second] = pair?.leads ?? [];
    const merged = await post(`/v1/leads/${first?.id}/merge`, { from: second?.id });
    expect(merged.status).toBe(200);
    const left: Duplicate[] = await duplicates();
    expect(left.map(({ leads }) => leads.map(({ userId }) => userId))).toEqual([['u1', 'u3']]);
  });

  test('who was found to be somebody else than one is somebody else than whom that one becomes', async () => {
    const phone = { phone: '020 7946 0958' };
    await twoUsers(phone, phone);
    const [{ id }] = await duplicates();
    await post(`/v1/duplicates/${id}/dismiss`);
    await collector.ingestAsServer(identify(null, 'u3', phone));
    const found: Duplicate[] = await duplicates();
    expect(found).toHaveLength(2);
    const [u2, u3] = found.find(({ leads }) => leads.some(({ userId }) => userId === 'u2'))?.leads ?? [];
    await post(`/v1/leads/${u3?.id}/merge`, { from: u2?.id });
    expect(await duplicates()).toEqual([]);
  });

  test('a switchboard’s number does not pair everybody with everybody', async () => {
    const people = Array.from({ length: 100 }, (_, index) =>
      identify(null, `u${index}`, { phone: '020 7946 0958' }),
    );
    await collector.ingestAsServer(...people);
    const pairs = readDatabase(collector.databasePath, (db) =>
      db.prepare<[], number>('SELECT count(*) FROM duplicates').pluck().get(),
    );
    expect(pairs).toBeLessThanOrEqual(1_000);
    const seen = new Set<string>();
    let next: string | null = null;
    do {
      const answer: { data: Duplicate[]; next: string | null } = await collector.owner(
        `/v1/duplicates?limit=200${next ? `&cursor=${next}` : ''}`,
      );
      for (const { leads } of answer.data) for (const { id } of leads) seen.add(id);
      next = answer.next;
    } while (next);
    expect(seen.size).toBe(100);
  });
});

describe('what counts as the same', () => {
  test.each([
    ['ada+tag@example.com', 'ada@example.com'],
    ['ada+a+b@example.com', 'ada@example.com'],
    [' ADA@Example.com', 'ada@example.com'],
    ['a.da+x@gmail.com', 'ada@gmail.com'],
    ['a.da@fastmail.com', 'a.da@fastmail.com'],
    ['+tag@example.com', null],
    ['nobody', null],
    ['', null],
  ])('mailbox %s', (email, mailbox) => expect(mailboxOf(email)).toBe(mailbox));

  test.each([
    ['  José   Núñez ', 'jose nunez'],
    ['NÚÑEZ, José', 'jose nunez'],
    ['Jürgen Groß', 'gross jurgen'],
    ['O’Brien Ada', "ada O'Brien"],
    ['Ａｄａ', 'ada'],
    ['Дмитрий', 'ДМИТРИЙ'],
    ['김민수', '김민수'.normalize('NFD')],
  ])('name %s', (name, same) => expect(plainName(name)).toBe(plainName(same)));

  test.each([
    ['José', 'Josi'],
    // A mark that is a vowel, and one that makes another letter.
    ['हिन्दी', 'हन्द'],
    ['が', 'か'],
    ['й', 'и'],
  ])('names %s and %s are two', (one, other) => expect(plainName(one)).not.toBe(plainName(other)));

  test.each([
    ['Acme, Inc.', 'acme'],
    ['ACME Co., Ltd.', 'acme'],
    ['Acme S.A.', 'acme'],
    ['Müller GmbH & Co. KG', 'muller'],
    ['The Limited', 'the'],
    ['Limited', 'limited'],
    ['S.A.', 'sa'],
    ['Co-op', 'co op'],
    ['Incorporated Minds', 'incorporated minds'],
    ['3M Company', '3m'],
    ['   ', ''],
  ])('company %s', (company, plain) => expect(plainCompany(company)).toBe(plain));
});
