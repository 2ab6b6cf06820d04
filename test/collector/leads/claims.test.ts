/** What somebody can do who knows the public write key and other people's addresses: nothing to those people. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Holder, type Known, identify as verdictOn } from '../../../collector/src/leads/identity.ts';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { heardOf, identify, message, pricing } from './people.ts';

let collector: TestCollector;
beforeEach(async () => {
  // Browsers are told of their lead where there are prompts to decide by it.
  const questions = [{ id: 'why', type: 'text', text: 'Why?' }];
  const prompts = [{ id: 'ask', type: 'survey', on: { code: true }, questions }];
  collector = await startCollector({ site: { name: 'Claims', prompts } });
});
afterEach(() => collector.close());

const ADA = { email: 'ada@example.com', phone: '+442079460958', name: 'Ada', plan: 'pro' };
const leads = async () => (await collector.owner('/v1/leads?sort=firstSeenAt')).data;
const suggestions = async () => (await collector.owner('/v1/duplicates')).data;
/** What a browser's own request is told of its lead. */
const told = async (visitor: string) => {
  const body = JSON.stringify({ writeKey: WRITE_KEY, batch: [pricing(visitor)] });
  const response = await collector.request('/v1/batch', { method: 'POST', body });
  return (await response.json()).lead;
};

describe('a browser that says somebody’s address', () => {
  test.each([
    ['e-mail', { email: ADA.email }, 'same_email'],
    ['phone', { phone: ADA.phone }, 'same_phone'],
  ])(
    'is not joined with the person whose %s a server knows; it is a suggestion',
    async (_, claim, reason) => {
      await collector.ingestAsServer(identify(null, undefined, ADA));
      const [ada] = await leads();
      await collector.ingest(pricing('v1'), identify('v1', undefined, { ...claim, plan: 'free' }));
      const [same, other] = await leads();
      expect(same).toEqual(ada);
      expect(other).toMatchObject({ traits: { plan: 'free' }, touchpointCount: 2 });
      expect(await suggestions()).toMatchObject([{ reasons: [reason], status: 'open' }]);
      expect(await told('v1')).toMatchObject({ sessionCount: 1 });
    },
  );

  test('is not joined with an account either, whoever has told its address', async () => {
    await collector.ingest(identify('ada', 'u1', { email: ADA.email }));
    await collector.ingest(identify('mallory', undefined, { email: ADA.email }), pricing('mallory'));
    await collector.ingest(identify('eve', 'evil', { email: ADA.email }));
    expect((await leads()).map((lead: { userId: string | null }) => lead.userId)).toEqual([
      'u1',
      null,
      'evil',
    ]);
    expect((await collector.owner(`/v1/leads?email=${ADA.email}`)).data).toMatchObject([{ userId: 'u1' }]);
    expect(await suggestions()).toHaveLength(3);
  });

  test('cannot take over what a server knows by inventing an account', async () => {
    await collector.ingestAsServer(identify(null, undefined, ADA));
    await collector.ingest(identify('mallory', 'evil', { email: ADA.email }));
    await collector.ingestAsServer(identify(null, 'u1', { email: ADA.email }));
    expect(await leads()).toMatchObject([
      { userId: 'u1', name: 'Ada' },
      { userId: 'evil', name: null },
    ]);
  });

  test('cannot be there first: the address goes to whom the server means', async () => {
    await collector.ingest(identify('mallory', 'evil', { email: ADA.email }));
    await collector.ingestAsServer(
      identify(null, undefined, ADA),
      heardOf('call_completed', { email: ADA.email }),
    );
    expect(await leads()).toMatchObject([
      { userId: 'evil', touchpointCount: 1 },
      { userId: null, name: 'Ada', touchpointCount: 2 },
    ]);
    await collector.ingestAsServer(identify(null, 'u1', { email: ADA.email }));
    expect((await collector.owner(`/v1/leads?email=${ADA.email}`)).data).toMatchObject([{ userId: 'u1' }]);
  });

  test('is joined with whoever has only claimed it as well, and no browser is told of such a lead', async () => {
    await collector.ingest(pricing('laptop'), identify('laptop', undefined, { email: ADA.email }));
    expect(await told('laptop')).toMatchObject({ sessionCount: 1 });
    await collector.ingest(pricing('phone'), identify('phone', undefined, { email: 'ADA@example.com ' }));
    expect(await leads()).toMatchObject([{ email: ADA.email, touchpointCount: 5, sessionCount: 2 }]);
    expect([await told('laptop'), await told('phone')]).toEqual([undefined, undefined]);
  });

  test('and then signs in, is told again; the other browser is not', async () => {
    await collector.ingest(identify('ada', undefined, { email: ADA.email }));
    await collector.ingest(identify('mallory', undefined, { email: ADA.email }));
    await collector.ingest(identify('ada', 'u1'));
    expect(await told('ada')).toMatchObject({ sessionCount: 2 });
    expect(await told('mallory')).toBeUndefined();
  });

  test('that the owner takes for one person with another is told nothing of that one', async () => {
    await collector.ingestAsServer(identify(null, undefined, ADA));
    await collector.ingest(identify('mallory', undefined, { email: ADA.email }));
    const [{ leads: pair }] = await suggestions();
    const [into, from] = pair.map(({ id }: { id: string }) => id);
    await collector.request(`/v1/leads/${into}/merge`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from }),
    });
    expect(await leads()).toMatchObject([{ name: 'Ada', touchpointCount: 2 }]);
    expect(await told('mallory')).toBeUndefined();
  });

  test('and another address after it is another person on a shared browser, where that one is taken', async () => {
    await collector.ingestAsServer(identify(null, undefined, { email: 'bob@example.com' }));
    await collector.ingest(identify('shared', undefined, { email: ADA.email }), pricing('shared'));
    await collector.ingest(identify('shared', undefined, { email: 'bob@example.com' }), pricing('shared'));
    expect(await leads()).toMatchObject([
      { email: 'bob@example.com', touchpointCount: 1 },
      { email: ADA.email, touchpointCount: 2 },
      { email: 'bob@example.com', touchpointCount: 2 },
    ]);
  });

  test('in the context of a touchpoint says nothing: only a server may name a person so', async () => {
    await collector.ingestAsServer(identify(null, undefined, ADA));
    const sent = await collector.ingest(heardOf('call_completed', { email: ADA.email }), {
      ...heardOf('call_completed', { email: ADA.email }),
      anonymousId: 'v1',
    });
    expect(sent).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'missing_identity' }] });
    expect(await leads()).toMatchObject([{ touchpointCount: 1 }, { email: null, touchpointCount: 1 }]);
  });

  test('by the thousand cannot make one lead of the people a server knows', async () => {
    const people = Array.from({ length: 50 }, (_, index) => `person${index}@example.com`);
    await collector.ingestAsServer(...people.map((email) => identify(null, undefined, { email })));
    for (const email of people) {
      await collector.ingest(
        identify('mallory', 'evil', { email }),
        identify(`m-${email}`, undefined, { email }),
        message('mallory', { type: 'alias', previousId: email, userId: 'evil' }),
      );
    }
    const untouched = (await collector.owner('/v1/leads?limit=200')).data.filter(
      (lead: { touchpointCount: number; userId: string | null; email: string }) =>
        lead.touchpointCount === 1 && lead.userId === null && people.includes(lead.email),
    );
    expect(untouched.length).toBe(100);
  });
});

describe('who is joined with whom, by who says it of whom', () => {
  const lead = (id: number, userId: string | null = null) => ({ id, userId, email: 'ada@example.com' });
  const nobody: Known = { visitor: null, user: null, email: null, phone: null, previous: null };
  const sender = { anonymousId: null, userId: null, previousId: null, email: 'ada@example.com', phone: null };
  const heldBy = (trust: Holder['trust'], userId: string | null = null): Known => ({
    ...nobody,
    email: { lead: lead(7, userId), trust },
  });

  test.each([
    ['server', 'server', null, { id: 7, onClaim: false }],
    ['server', 'server', 'u1', { id: 7, onClaim: false }],
    ['server', 'browser', null, { id: 7, onClaim: true }],
    ['server', 'browser', 'u1', { id: null, onClaim: false }],
    ['browser', 'server', null, { id: null, onClaim: false }],
    ['browser', 'server', 'u1', { id: null, onClaim: false }],
    ['browser', 'browser', null, { id: 7, onClaim: true }],
    ['browser', 'browser', 'u1', { id: null, onClaim: false }],
  ] as const)('a %s, where a %s has told the address of user %s', (sayer, teller, userId, expected) => {
    const { lead: found, onClaim } = verdictOn(sender, 'identify', sayer, heldBy(teller, userId));
    expect({ id: found?.id ?? null, onClaim }).toEqual(expected);
  });
});
