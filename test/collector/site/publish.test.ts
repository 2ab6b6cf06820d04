/** The configuration as code: read, publish, versions, roll back. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';

const SECRET = `whsec_${'c2VjcmV0'.repeat(5)}`;
const placeholder = (name: string) => `$${`{${name}}`}`;
const SITE = {
  name: 'Shop',
  scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo_booked' }, points: 10 }] },
  prompts: [
    {
      id: 'why',
      type: 'survey',
      on: { exitIntent: true },
      questions: [{ id: 'why', type: 'text', text: 'Why?' }],
    },
  ],
  endpoints: { crm: { url: 'https://crm.example/in', secret: placeholder('HANDRAIL_CRM_SECRET') } },
};
const withPoints = (points: number) => ({
  ...SITE,
  scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo_booked' }, points }] },
});

const OLDER_SECRET = `whsec_${'b'.repeat(32)}`;

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector({ site: SITE, variables: { HANDRAIL_CRM_SECRET: SECRET } });
});
afterEach(() => collector.close());

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await collector.request(path, {
    method,
    headers: { authorization: `Bearer ${SECRET_KEY}`, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, etag: response.headers.get('etag'), body: await response.json() };
}
const put = (document: unknown, headers?: Record<string, string>, by?: string) =>
  send('PUT', `/v1/site${by ? `?by=${by}` : ''}`, document, headers);

describe('publishing', () => {
  test('gives a version with who and when, and goes live', async () => {
    collector.clock.now += 1_000;
    const { status, body, etag } = await put(withPoints(3), {}, 'ada');
    expect({ status, etag }).toEqual({ status: 200, etag: '"2"' });
    expect(body).toMatchObject({
      version: 2,
      by: 'ada',
      via: 'api',
      publishedAt: new Date(START + 1_000).toISOString(),
      document: withPoints(3),
    });
    await collector.replays.settled();
    expect((await send('GET', '/v1/site')).body).toMatchObject({ version: 2, liveVersion: 2, replay: null });
    await collector.ingest({ type: 'track', event: 'demo_booked', anonymousId: 'a' });
    expect((await collector.owner('/v1/leads')).data[0].score).toBeCloseTo(3, 5);
  });

  test('the same document again is no new version', async () => {
    await put(withPoints(3));
    expect((await put(withPoints(3))).body.version).toBe(2);
    expect((await collector.owner('/v1/site/versions')).data).toHaveLength(2);
  });

  test('a prompt’s words are live with the answer: nothing has to be folded anew', async () => {
    const [prompt] = SITE.prompts;
    const question = { id: 'why', type: 'text', text: 'What made you leave?' };
    const { body } = await put({ ...SITE, prompts: [{ ...prompt, questions: [question] }] });
    expect(body).toMatchObject({ version: 2, liveVersion: 2, replay: null });
    // Ledgers of the version before are still those of the leads.
    await collector.ingest({ type: 'track', event: 'demo_booked', anonymousId: 'a' });
    const [lead] = (await collector.owner('/v1/leads')).data;
    const score = await collector.owner(`/v1/leads/${lead.id}/score`);
    expect(score).toMatchObject({ version: 2, entries: [{ ruleId: 'demo', points: 10 }] });
    const next = await collector.publish(withPoints(3));
    expect(next).toBe(3);
    expect((await collector.owner(`/v1/leads/${lead.id}/score`)).entries).toMatchObject([{ points: 3 }]);
  });

  test('what is not valid is refused with the path of everything wrong, and changes nothing', async () => {
    const { status, body } = await put({
      ...SITE,
      curency: 'GBP',
      scoring: { rules: [{ id: 'demo', when: { touchpoint: 'x' }, point: 3 }] },
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'invalid_site' });
    expect(body.errors).toEqual(
      expect.arrayContaining([
        { path: 'scoring.rules[0]', message: 'unknown key "point": did you mean "points"?' },
        { path: '', message: 'unknown key "curency": did you mean "currency"?' },
      ]),
    );
    expect((await collector.owner('/v1/site')).version).toBe(1);
  });

  test('Q29 an endpoint that leads inside is refused with its path', async () => {
    const inside = { crm: { url: 'http://[::ffff:10.0.0.1]/hook', secret: SECRET } };
    const { status, body } = await put({ ...SITE, endpoints: inside });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      { path: 'endpoints.crm.url', message: expect.stringMatching(/^private_address/) },
    ]);
    expect((await collector.owner('/v1/site')).version).toBe(1);
  });

  test.each([
    ['no JSON', '{', 400, 'invalid_json'],
    ['no object', '[]', 422, 'invalid_site'],
    ['nothing', 'null', 422, 'invalid_site'],
    ['a key that would change a prototype', '{"name":"x","__proto__":{"a":1}}', 422, 'invalid_site'],
    [
      'conditions nested without end',
      `{"name":"x","flags":[{"id":"a","when":${'{"not":'.repeat(5_000)}{"tag":"x"}${'}'.repeat(5_000)}}]}`,
      422,
      'invalid_site',
    ],
  ])('Q09 Q10 %s', async (_, body, status, code) => {
    expect(await put(body)).toMatchObject({ status, body: { code } });
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });
});

describe('two who change it at once', () => {
  test('the second is told, and publishes nothing', async () => {
    await put(withPoints(3), { 'if-match': '"1"' });
    const { status, body } = await put(withPoints(4), { 'if-match': '"1"' });
    expect(status).toBe(412);
    expect(body).toMatchObject({ code: 'version_conflict', field: 'If-Match' });
    expect(body.detail).toContain('version 2');
    expect((await collector.owner('/v1/site')).document).toEqual(withPoints(3));
  });

  test('with no version named, or any, the later one stands', async () => {
    expect((await put(withPoints(3))).status).toBe(200);
    expect((await put(withPoints(4), { 'if-match': '*' })).body.version).toBe(3);
  });

  test.each(['seven', '"1', '-1'])('If-Match: %s is refused', async (header) => {
    expect((await put(withPoints(3), { 'if-match': header })).status).toBe(400);
  });
});

describe('versions', () => {
  test('are listed latest first, a page at a time, and each can be read', async () => {
    await put(withPoints(2), {}, 'ada');
    await put(withPoints(3), {}, 'grace');
    const first = await collector.owner('/v1/site/versions?limit=2');
    expect(first.data).toMatchObject([
      { version: 3, by: 'grace', via: 'api' },
      { version: 2, by: 'ada', via: 'api' },
    ]);
    const rest = await collector.owner(`/v1/site/versions?limit=2&cursor=${first.next}`);
    expect(rest).toMatchObject({ data: [{ version: 1, by: null, via: 'first' }], next: null });
    expect((await collector.owner('/v1/site/versions/2')).document).toEqual(withPoints(2));
    expect((await send('GET', '/v1/site/versions/9')).status).toBe(404);
    expect((await send('GET', '/v1/site/versions/latest')).status).toBe(404);
  });

  test('rolling back publishes the old document as a new version', async () => {
    await collector.ingest({ type: 'track', event: 'demo_booked', anonymousId: 'a' });
    await collector.publish(withPoints(3));
    const { body } = await send('POST', '/v1/site/rollback?by=ada', { version: 1 });
    expect(body).toMatchObject({ version: 3, by: 'ada', via: 'rollback', document: SITE });
    await collector.replays.settled();
    expect((await collector.owner('/v1/leads')).data[0].score).toBeCloseTo(10, 5);
    expect((await send('POST', '/v1/site/rollback', { version: 9 })).status).toBe(404);
    expect((await send('POST', '/v1/site/rollback', { version: 'first' })).status).toBe(400);
  });
});

describe('secrets', () => {
  test('a variable’s value is used, and never told', async () => {
    const answer = JSON.stringify(await collector.owner('/v1/site'));
    expect(answer).toContain(placeholder('HANDRAIL_CRM_SECRET'));
    expect(answer).not.toContain(SECRET);
    const version = JSON.stringify(await collector.owner('/v1/site/versions/1'));
    expect(version).not.toContain(SECRET);
  });

  test('so are the one before it, and what opens the door of a CRM', async () => {
    const contacts = {
      url: 'https://crm.example/contacts',
      secret: SECRET,
      previousSecret: OLDER_SECRET,
      headers: { Authorization: 'Bearer token-123', 'X-Account': placeholder('HANDRAIL_CRM_SECRET') },
    };
    await put({ ...SITE, endpoints: { ...SITE.endpoints, contacts } });
    const { document } = (await send('GET', '/v1/site')).body;
    expect(document.endpoints.contacts).toEqual({
      ...contacts,
      secret: '(kept)',
      previousSecret: '(kept)',
      headers: { Authorization: '(kept)', 'X-Account': placeholder('HANDRAIL_CRM_SECRET') },
    });
    await put({ ...document, name: 'Renamed' });
    const stored = await collector.store.sites.latest(1);
    expect(stored?.document.endpoints).toMatchObject({ contacts });
  });

  test('one that stands in the document is kept to itself, and survives a pull and a push', async () => {
    const literal = { ...SITE, endpoints: { crm: { url: 'https://crm.example/in', secret: SECRET } } };
    await put(literal);
    const { document } = await collector.owner('/v1/site');
    expect(document.endpoints.crm.secret).toBe('(kept)');
    const { body } = await put({ ...document, name: 'Renamed' });
    expect(body).toMatchObject({ version: 3, document: { name: 'Renamed' } });
    expect((await collector.store.sites.latest(1))?.document).toEqual({ ...literal, name: 'Renamed' });
  });

  test('"as it was" where there was none is refused', async () => {
    const { status, body } = await put({
      ...SITE,
      endpoints: { ...SITE.endpoints, other: { url: 'https://x.example', secret: '(kept)' } },
    });
    expect(status).toBe(422);
    expect(body.errors[0].path).toBe('endpoints.other.secret');
  });

  test.each([
    ['HANDRAIL_NOWHERE', 'which the collector does not have'],
    ['HANDRAIL_SECRET_KEY', "is the collector's own secret"],
    ['HANDRAIL_SMTP_URL', "is the collector's own secret"],
  ])('a document that names %s is refused', async (name, why) => {
    const { status, body } = await put({ ...SITE, name: `Shop ${placeholder(name)}` });
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path: 'name', message: expect.stringContaining(why) }]);
    expect(body.errors[0].message).toContain(name);
  });
});
