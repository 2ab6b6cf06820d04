import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkSite } from '../../../collector/src/site/check.ts';
import { startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';

const HOSTILE =
  '{"__proto__":{"polluted":"yes","admin":true},"constructor":{"prototype":{"polluted":"yes"}},"plan":"pro"}';
/** As text, because an object literal in the test would itself set a prototype. */
const KEPT = JSON.parse('{"constructor":{"prototype":{"polluted":"yes"}},"plan":"pro"}');

let collector: TestCollector | undefined;
const prototypeBefore = Reflect.ownKeys(Object.prototype);
beforeEach(() => {
  expect('polluted' in {}).toBe(false);
});
afterEach(async () => {
  await collector?.close();
  collector = undefined;
  expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeBefore);
  expect('polluted' in {}).toBe(false);
});

async function send(path: string, json: string) {
  const response = await collector?.request(path, { method: 'POST', body: json });
  return { status: response?.status, answer: await response?.json() };
}

test('Q10 __proto__ in properties, traits and context is dropped; everything beside it is kept', async () => {
  collector = await startCollector();
  const base = `"anonymousId":"visitor","context":{"__proto__":{"polluted":"yes"},"page":{"url":"https://a.test/x","__proto__":{"polluted":"yes"}}}`;
  const { status, answer } = await send(
    '/v1/batch',
    `{"writeKey":"${WRITE_KEY}","__proto__":{"polluted":"yes"},"context":{"__proto__":{"locale":"xx"},"locale":"en"},"batch":[
      {"type":"track","event":"ping","messageId":"track",${base},"properties":${HOSTILE}},
      {"type":"identify","messageId":"identify",${base},"traits":${HOSTILE},"__proto__":{"userId":"root"}},
      {"type":"group","groupId":"g1","messageId":"group",${base},"traits":{"nested":${HOSTILE}}}]}`,
  );
  expect([status, answer]).toMatchObject([200, { accepted: 3, rejected: [] }]);

  const { data } = await collector.owner('/v1/leads');
  expect(data).toHaveLength(1);
  const [lead] = data;
  expect(lead.userId).toBeNull();
  expect(lead.traits).toEqual(KEPT);
  expect(lead.group).toEqual({ id: 'g1', traits: { nested: KEPT } });
  const { data: touchpoints } = await collector.owner(`/v1/leads/${lead.id}/touchpoints`);
  expect(touchpoints).toMatchObject([
    { messageId: 'group' },
    { messageId: 'identify' },
    { messageId: 'track' },
  ]);
  expect(touchpoints[2]).toMatchObject({ properties: KEPT, page: { url: 'https://a.test/x' } });
  expect(JSON.stringify(touchpoints)).not.toContain('__proto__');
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'Q10 %s is a name like any other: as event, id, user and group',
  async (name) => {
    collector = await startCollector({
      site: {
        name: 'Names',
        scoring: { rules: [{ id: 'constructor', when: { touchpoint: name }, points: 5 }] },
        stages: [{ id: 'constructor' }],
      },
    });
    await collector.ingest(
      { type: 'track', event: name, anonymousId: name, messageId: name },
      { type: 'identify', anonymousId: name, userId: name, messageId: `${name}-2`, traits: { name: 'Ada' } },
      { type: 'group', anonymousId: name, groupId: name, messageId: `${name}-3` },
    );
    expect((await collector.owner(`/v1/leads?userId=${name}`)).data).toMatchObject([
      { userId: name, name: 'Ada', score: 5, stage: 'constructor', group: { id: name }, touchpointCount: 3 },
    ]);
  },
);

test.each(['constructor.name', 'constructor', '__proto__.polluted', 'toString.length', 'a.__proto__.b'])(
  'Q10 a rule on the path %s finds nothing in what nobody sent',
  async (path) => {
    collector = await startCollector({
      site: {
        name: 'Paths',
        scoring: {
          rules: [
            { id: 'exists', when: { touchpoint: 'ping', where: { [path]: { exists: true } } }, points: 5 },
            { id: 'any', when: { touchpoint: 'ping', where: { [path]: '*' } }, points: 5 },
            {
              id: 'trait',
              when: { all: [{ touchpoint: 'ping' }, { trait: { [path]: { exists: true } } }] },
              points: 5,
            },
          ],
        },
      },
    });
    await collector.ingest({ type: 'track', event: 'ping', anonymousId: 'visitor', properties: { a: {} } });
    expect((await collector.owner('/v1/leads')).data).toMatchObject([{ score: 0 }]);
  },
);

test('Q10 a site file with __proto__ as a path is refused, not read as a rule that matches everything', () => {
  const when = JSON.parse('{"touchpoint":"ping","where":{"__proto__":"yes"}}');
  expect(checkSite({ name: 'Paths', scoring: { rules: [{ id: 'proto', when, points: 5 }] } })).toEqual({
    ok: false,
    problems: [{ path: 'scoring.rules[0].when.where.__proto__', message: 'a key cannot have this name' }],
  });
});
