import { afterEach, describe, expect, test } from 'vitest';
import { createEmailChannel } from '../../../collector/src/follow-ups/channels/email.ts';
import type { TestCollector } from '../../support/collector.ts';
import { SECRET_KEY, START, startCollector } from '../../support/collector.ts';
import { startSmtpSink } from '../../support/smtp-sink.ts';
import { browserOf } from './browser.ts';

const ASKING = {
  id: 'poll',
  type: 'survey',
  on: { code: true },
  questions: [
    { id: 'score', type: 'nps', text: 'How likely?' },
    { id: 'which', type: 'choice', text: 'Which?', options: ['Oil', 'Bowls'], other: true },
    { id: 'why', type: 'text', text: 'Why?' },
  ],
  translations: { de: { questions: { which: { options: ['Öl', 'Schüsseln'] } } } },
};
const MANY = {
  id: 'many',
  type: 'survey',
  on: { code: true },
  questions: [{ id: 'likes', type: 'multiple_choice', text: 'Likes?', options: ['Oil', 'Bowls', 'Boards'] }],
};
const SECOND = { id: 'second', type: 'message', on: { page: '*' }, title: 'Hello' };
const SITE = {
  name: 'Shop',
  scoring: { rules: [{ id: 'visit', when: { touchpoint: 'visit' }, points: 30 }] },
  stages: [
    { id: 'awareness' },
    { id: 'advocacy', when: { answer: { prompt: 'poll', question: 'score', gte: 9 } } },
  ],
  flags: [
    { id: 'oil_lover', when: { answer: { prompt: 'poll', question: 'which', equals: 'Oil' } } },
    { id: 'bowl_lover', when: { answer: { prompt: 'many', equals: 'Bowls' } } },
  ],
  prompts: [ASKING, SECOND, MANY],
};
const HOUR_MS = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

let collector: TestCollector;
afterEach(() => collector.close());

describe('what a browser is told of its lead, with the acknowledgement', () => {
  test('stage, temperature, flags, answers and prompts; nothing that names anyone', async () => {
    collector = await startCollector({ site: SITE });
    const browser = browserOf(collector);
    const identify = {
      type: 'identify',
      anonymousId: browser.anonymousId,
      userId: 'u-secret',
      traits: { email: 'ada@example.com', name: 'Ada' },
    };
    const first = await browser.send([identify, browser.touchpoint('visit')]);
    expect(first.lead).toEqual({
      now: iso(START),
      stage: 'awareness',
      temperature: 'warm',
      flags: [],
      tags: [],
      segments: [],
      source: null,
      sessionCount: 1,
      answers: {},
      prompts: {},
      contacts: [],
    });

    collector.clock.now += HOUR_MS;
    const { shown, answered, completed } = browser.showing({ promptId: 'poll' });
    const { lead } = await browser.send([
      shown,
      answered('score', 'nps', 9),
      answered('which', 'choice', 'Öl'),
      answered('why', 'text', 'Ask ada@example.com'),
      completed,
    ]);
    const at = iso(START + HOUR_MS);
    expect(lead).toMatchObject({
      now: at,
      stage: 'advocacy',
      flags: ['oil_lover'],
      // In the words of the site file; of what was typed there is only that it was given.
      answers: { 'poll/score': 9, 'poll/which': 'Oil', 'poll/why': '' },
      prompts: { poll: { shown: 1, lastShownAt: at, answeredAt: at, dismissedAt: null, arm: 'shown' } },
      contacts: [at],
    });
    const told = JSON.stringify(lead);
    for (const name of ['ada@', 'Ada', 'u-secret', 'lead_']) expect(told).not.toContain(name);
  });

  test('what another device saw, once it is known to be the same person’s; a holdout for good', async () => {
    collector = await startCollector({ site: SITE });
    const [phone, laptop] = [browserOf(collector), browserOf(collector)];
    const login = ({ anonymousId }: { anonymousId: string }) => ({
      type: 'identify',
      anonymousId,
      userId: 'u1',
      messageId: anonymousId,
    });
    await phone.send([phone.showing({ promptId: 'poll' }).shown]);
    await laptop.send([laptop.showing({ promptId: 'poll' }).heldOut]);
    expect((await phone.send([login(phone)])).lead?.prompts.poll).toMatchObject({ shown: 1, arm: 'shown' });
    expect((await laptop.send([login(laptop)])).lead?.prompts.poll).toMatchObject({
      shown: 1,
      arm: 'holdout',
    });
    await phone.send([phone.showing({ promptId: 'poll' }).dismissed]);
    const { lead } = await laptop.send([laptop.touchpoint('visit')]);
    expect(lead?.prompts.poll).toEqual({
      shown: 1,
      lastShownAt: iso(START),
      answeredAt: null,
      dismissedAt: iso(START),
      arm: 'holdout',
    });
    expect(lead?.contacts).toEqual([iso(START)]);
  });

  test('of several options chosen, each counts; what was typed beside them is left out', async () => {
    collector = await startCollector({ site: SITE });
    const browser = browserOf(collector);
    const likes = ['Boards', 'Bowls', 'My own address'];
    const { lead } = await browser.send([
      browser.showing({ promptId: 'many' }).answered('likes', 'multiple_choice', likes),
    ]);
    expect(lead).toMatchObject({ flags: ['bowl_lover'], answers: { 'many/likes': ['Boards', 'Bowls'] } });
  });

  test('a second time too, where the reply was lost', async () => {
    collector = await startCollector({ site: SITE });
    const browser = browserOf(collector);
    const batch = [browser.touchpoint('visit')];
    const { lead } = await browser.send(batch);
    expect(await browser.send(batch)).toMatchObject({ accepted: 0, duplicates: 1, lead });
  });

  test('not: a server, a batch of several browsers, a page of a site without prompts', async () => {
    collector = await startCollector({ site: SITE });
    const [one, other] = [browserOf(collector), browserOf(collector)];
    expect(await one.send([one.touchpoint('visit'), other.touchpoint('visit')])).not.toHaveProperty('lead');
    expect(await collector.ingestAsServer(one.touchpoint('visit'))).not.toHaveProperty('lead');
    expect(await collector.ingest({ type: 'track', event: 'visit', userId: 'u1' })).not.toHaveProperty(
      'lead',
    );
    await collector.close();
    collector = await startCollector({ site: { ...SITE, prompts: [], stages: [{ id: 'a' }], flags: [] } });
    const visitor = browserOf(collector);
    expect(await visitor.send([visitor.touchpoint('visit')])).not.toHaveProperty('lead');
  });

  test('only prompts of the site: a public key cannot make a lead grow', async () => {
    collector = await startCollector({ site: SITE });
    const browser = browserOf(collector);
    const names = [
      '__proto__',
      'constructor',
      ...Array.from({ length: 50 }, (_, index) => `made-up-${index}`),
    ];
    const { lead } = await browser.send(names.map((promptId) => browser.showing({ promptId }).shown));
    expect(lead?.prompts).toEqual({});
    expect(lead?.contacts).toEqual([]);
  });

  test('contacts of more than seven days ago are none; those of messages are', async () => {
    const sink = await startSmtpSink();
    const email = createEmailChannel(sink.url);
    collector = await startCollector({
      channels: { email },
      site: {
        ...SITE,
        email: { from: 'shop@shop.example' },
        templates: { hello: { subject: 'Hello', text: 'Hello' } },
        contactBudget: { perWeek: 2 },
        sequences: [
          {
            id: 'hello',
            reentry: '0s',
            holdout: 0,
            start: { touchpoint: 'sign_up' },
            steps: [{ after: '0s', send: { channel: 'email', template: 'hello' } }],
          },
        ],
      },
    });
    const browser = browserOf(collector);
    const consent = { consent: { categoryPreferences: { marketing: true } } };
    await browser.send([
      { type: 'identify', anonymousId: browser.anonymousId, traits: { email: 'ada@example.com' } },
      browser.showing({ promptId: 'poll' }).shown,
      browser.touchpoint('sign_up', {}, consent),
    ]);
    collector.clock.now += HOUR_MS;
    await collector.dispatcher.tick();
    expect(sink.mails).toHaveLength(1);
    const { lead } = await browser.send([browser.touchpoint('visit')]);
    expect(lead?.contacts).toEqual([iso(START + HOUR_MS), iso(START)]);

    // A prompt and a message are the two of this week: the next message is not sent, and says why.
    await browser.send([browser.touchpoint('sign_up')]);
    await collector.dispatcher.tick();
    expect(sink.mails).toHaveLength(1);
    expect((await collector.owner('/v1/deliveries')).data[0]).toMatchObject({
      status: 'skipped',
      reason: 'contact_budget',
    });

    collector.clock.now += 7 * 24 * HOUR_MS;
    expect((await browser.send([browser.touchpoint('visit')])).lead?.contacts).toEqual([]);
    await browser.send([browser.touchpoint('sign_up')]);
    await collector.dispatcher.tick();
    expect(sink.mails).toHaveLength(2);
    email.close();
    await sink.close();
  });

  test('a replay of history remembers the same', async () => {
    collector = await startCollector({ site: SITE });
    const browser = browserOf(collector);
    const { shown, answered, dismissed } = browser.showing({ promptId: 'poll' });
    await browser.send([shown, answered('which', 'choice', 'Bowls')]);
    collector.clock.now += HOUR_MS;
    const { lead } = await browser.send([dismissed, browser.showing({ promptId: 'second' }).heldOut]);
    await collector.foldAnew();
    expect((await browser.send([])).accepted).toBe(0);
    const again = await browser.send([dismissed]);
    expect(again.lead).toEqual(lead);
  });
});

describe('why prompts were shown or not', () => {
  const open = async () => {
    collector = await startCollector({ site: SITE });
    return browserOf(collector);
  };

  test('is counted by prompt, reason and day, with plain words', async () => {
    const browser = await open();
    await browser.send([browser.touchpoint('visit')], {
      poll: { not_triggered: 2, cooldown: 1 },
      second: { wrong_page: 1 },
    });
    collector.clock.now += 24 * HOUR_MS;
    await browser.send([browser.touchpoint('visit')], { poll: { cooldown: 4, shown: 1 } });
    const eligibility = await collector.owner('/v1/prompts/poll/eligibility');
    expect(eligibility.reasons).toEqual([
      { reason: 'cooldown', count: 5, words: 'It was too soon after the last prompt.' },
      { reason: 'not_triggered', count: 2, words: expect.any(String) },
      { reason: 'shown', count: 1, words: expect.any(String) },
    ]);
    expect(eligibility.days).toEqual([
      { day: '2026-11-21', reasons: { cooldown: 1, not_triggered: 2 } },
      { day: '2026-11-22', reasons: { cooldown: 4, shown: 1 } },
    ]);
    const first = await collector.owner('/v1/prompts/poll/eligibility?to=2026-11-21');
    expect(first.days).toHaveLength(1);
  });

  test('is explained for one person, on all devices', async () => {
    const browser = await open();
    await browser.send([browser.touchpoint('visit')], { poll: { cooldown: 1 }, second: { shown: 1 } });
    await browser.send([browser.showing({ promptId: 'second', promptType: 'message' }).shown]);
    const laptop = browserOf(collector);
    collector.clock.now += HOUR_MS;
    await laptop.send([laptop.touchpoint('visit')], { poll: { cooldown: 2, typing: 1 } });
    for (const { anonymousId } of [browser, laptop]) {
      await collector.ingest({ type: 'identify', anonymousId, userId: 'u1', messageId: anonymousId });
    }
    const [lead] = (await collector.owner('/v1/leads')).data;
    const { data } = await collector.owner(`/v1/leads/${lead.id}/prompts`);
    expect(data).toMatchObject([
      {
        promptId: 'poll',
        promptType: 'survey',
        shown: 0,
        arm: null,
        decision: { toldAt: iso(START + HOUR_MS) },
        reasons: [
          { reason: 'cooldown', count: 3 },
          { reason: 'typing', count: 1, words: 'The visitor was typing.' },
        ],
      },
      { promptId: 'second', shown: 1, arm: 'shown', decision: { reason: 'shown' } },
      { promptId: 'many', shown: 0, arm: null, decision: null, reasons: [] },
    ]);
  });

  test('counts once what comes again after a lost reply; drops as well', async () => {
    const browser = await open();
    const batch = [browser.touchpoint('visit')];
    const send = () =>
      collector.request('/v1/batch', {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('pk_test_0123456789ab:')}` },
        body: JSON.stringify({ batch, drops: { too_large: 3 }, decisions: { poll: { typing: 1 } } }),
      });
    for (let attempt = 0; attempt < 3; attempt++) expect((await send()).status).toBe(200);
    expect((await collector.owner('/v1/prompts/poll/eligibility')).reasons).toMatchObject([
      { reason: 'typing', count: 1 },
    ]);
    expect((await collector.owner('/v1/drops')).data).toMatchObject([{ drops: { too_large: 3 } }]);
  });

  test('Q60 a reason that only a newer SDK knows is left out, and costs the others nothing', async () => {
    const browser = await open();
    const newer = { poll: { shown: 1, too_rainy: 3 } } as object;
    await browser.send([browser.touchpoint('visit')], newer as never);
    expect((await collector.owner('/v1/prompts/poll/eligibility')).reasons).toMatchObject([
      { reason: 'shown', count: 1 },
    ]);
  });

  test('unknown prompts cost nothing, and are not kept', async () => {
    const browser = await open();
    const hostile = { 'made-up': { shown: 1 }, constructor: { shown: 1 } } as object;
    expect((await browser.send([browser.touchpoint('visit')], hostile as never)).accepted).toBe(1);
    expect((await collector.owner('/v1/prompts/poll/eligibility')).reasons).toEqual([]);
    const response = await collector.request('/v1/prompts/made-up/eligibility', {
      headers: { authorization: `Bearer ${SECRET_KEY}` },
    });
    expect(response.status).toBe(404);
  });
});
