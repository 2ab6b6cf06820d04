/**
 * Mappings against stand-ins for the receivers, each of which takes only what its API documents:
 * https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/batch/post-crm-v3-objects-contacts-batch-upsert
 * https://www.zoho.com/crm/developer/docs/api/v8/upsert-records.html
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createWebhookChannel } from '../../../collector/src/follow-ups/channels/webhook.ts';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';

interface Said {
  status: number;
  body: unknown;
}

const hubspotContacts = z.strictObject({
  inputs: z
    .array(
      z.strictObject({
        id: z.string(),
        idProperty: z.string().optional(),
        objectWriteTraceId: z.string().optional(),
        properties: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    )
    .min(1)
    .max(100),
});
/** Every account has these; any other is `PROPERTY_DOESNT_EXIST`. */
const HUBSPOT_PROPERTIES = ['email', 'firstname', 'lastname', 'company', 'phone', 'handrail_score'];

function hubspot(path: string, authorization: string | undefined, body: unknown): Said {
  if (path !== '/crm/v3/objects/contacts/batch/upsert') return { status: 404, body: {} };
  if (authorization !== 'Bearer pat-eu1-123')
    return { status: 401, body: { category: 'INVALID_AUTHENTICATION' } };
  const parsed = hubspotContacts.safeParse(body);
  if (!parsed.success) return { status: 400, body: { category: 'VALIDATION_ERROR' } };
  const unknown = parsed.data.inputs.flatMap(({ properties }) =>
    Object.keys(properties).filter((name) => !HUBSPOT_PROPERTIES.includes(name)),
  );
  if (unknown.length > 0) return { status: 400, body: { message: `Property ${unknown} does not exist` } };
  return { status: 200, body: { status: 'COMPLETE', results: [{ id: '1', new: true }] } };
}

const zohoLeads = z.strictObject({
  data: z
    .array(z.record(z.string(), z.union([z.string(), z.number()])))
    .min(1)
    .max(100),
  duplicate_check_fields: z.array(z.string()).optional(),
});
function zoho(path: string, authorization: string | undefined, body: unknown): Said {
  if (path !== '/crm/v8/Leads/upsert') return { status: 404, body: { code: 'INVALID_URL_PATTERN' } };
  if (authorization !== 'Zoho-oauthtoken 1000.abc') return { status: 401, body: { code: 'INVALID_TOKEN' } };
  const parsed = zohoLeads.safeParse(body);
  if (!parsed.success) return { status: 400, body: { code: 'INVALID_DATA' } };
  const [record] = parsed.data.data;
  if (record?.Last_Name === undefined) {
    const details = { api_name: 'Last_Name' };
    return { status: 202, body: { data: [{ code: 'MANDATORY_NOT_FOUND', status: 'error', details }] } };
  }
  return { status: 200, body: { data: [{ code: 'SUCCESS', status: 'success', action: 'insert' }] } };
}

function slack(path: string, _authorization: string | undefined, body: unknown): Said {
  if (path !== '/services/T000/B000/XXX') return { status: 404, body: 'no_service' };
  const message = z.strictObject({ text: z.string().min(1).max(40_000) }).safeParse(body);
  return message.success ? { status: 200, body: 'ok' } : { status: 400, body: 'invalid_payload' };
}

let server: Server;
let bodies: unknown[];
let origin: string;
let standIn: typeof hubspot;
let collector: TestCollector;
beforeEach(async () => {
  bodies = [];
  server = createServer(async (request, response) => {
    const body = await json(request);
    const said = standIn(request.url ?? '', request.headers.authorization, body);
    if (said.status === 200) bodies.push(body);
    response
      .writeHead(said.status)
      .end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await collector.close();
  await new Promise((closed) => server.close(closed));
});

async function open(endpoint: object): Promise<void> {
  collector = await startCollector({
    site: {
      name: 'Shop',
      scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo' }, points: 57.26 }] },
      endpoints: { crm: { events: ['lead.became_hot'], ...endpoint } },
    },
    channels: { webhook: createWebhookChannel({ allowPrivateOrigins: [origin] }) },
  });
}
async function becomesHot(person: string, traits: object | null): Promise<void> {
  const common = { anonymousId: person, timestamp: new Date(collector.clock.now).toISOString() };
  await collector.ingest(
    ...(traits ? [{ ...common, type: 'identify', messageId: `${person}-1`, userId: person, traits }] : []),
    { ...common, type: 'track', event: 'demo', messageId: `${person}-2` },
  );
  await collector.dispatcher.tick();
}
const ADA = {
  email: 'ada@example.com',
  name: 'Ada King Lovelace',
  company: 'Analytical <Engines> & Co',
  phone: '+44',
};
const delivery = async () => (await collector.owner('/v1/deliveries')).data[0];

describe('HubSpot: contacts, by batch upsert', () => {
  const endpoint = () => ({
    url: `${origin}/crm/v3/objects/contacts/batch/upsert`,
    headers: { Authorization: 'Bearer pat-eu1-123' },
  });

  test('takes a lead under its e-mail, with the site’s own properties', async () => {
    standIn = hubspot;
    await open({
      ...endpoint(),
      mapping: { preset: 'hubspot', fields: { handrail_score: '{{lead.score}}' } },
    });
    await becomesHot('ada', ADA);
    expect(await delivery()).toMatchObject({ status: 'sent', detail: '200' });
    const { name: _, ...traits } = ADA;
    expect(bodies).toEqual([
      {
        inputs: [
          {
            idProperty: 'email',
            id: 'ada@example.com',
            properties: { ...traits, firstname: 'Ada', lastname: 'King Lovelace', handrail_score: 57.3 },
          },
        ],
      },
    ]);
  });

  test('gets nothing empty, which would erase what it knows, and nobody without an e-mail', async () => {
    standIn = hubspot;
    await open({ ...endpoint(), mapping: 'hubspot' });
    await becomesHot('bob', { email: 'bob@example.com' });
    expect(bodies).toEqual([
      { inputs: [{ idProperty: 'email', id: 'bob@example.com', properties: { email: 'bob@example.com' } }] },
    ]);
    await becomesHot('nobody', null);
    expect(bodies).toHaveLength(1);
    expect(await delivery()).toMatchObject({ status: 'skipped', reason: 'unmapped', detail: 'lead.email' });
  });

  test('refusing a request is said in its own words', async () => {
    standIn = hubspot;
    await open({ ...endpoint(), mapping: { preset: 'hubspot', fields: { nickname: 'x' } } });
    await becomesHot('ada', ADA);
    expect(await delivery()).toMatchObject({
      status: 'due',
      detail: expect.stringContaining('nickname does not exist'),
    });
  });
});

describe('Zoho CRM: leads, by upsert', () => {
  const endpoint = () => ({
    url: `${origin}/crm/v8/Leads/upsert`,
    headers: { Authorization: 'Zoho-oauthtoken 1000.abc' },
  });

  test('takes a lead, and one without a last name too', async () => {
    standIn = zoho;
    await open({ ...endpoint(), mapping: 'zoho-crm' });
    await becomesHot('ada', ADA);
    await becomesHot('bob', { email: 'bob@example.com', name: 'Bob' });
    expect(bodies).toMatchObject([
      {
        data: [{ Email: 'ada@example.com', First_Name: 'Ada', Last_Name: 'King Lovelace', Phone: '+44' }],
        duplicate_check_fields: ['Email'],
      },
      { data: [{ Email: 'bob@example.com', First_Name: 'Bob', Last_Name: 'Unknown' }] },
    ]);
  });

  test('saying in a 2xx that it took nothing is a failure, and says why', async () => {
    standIn = zoho;
    await open({
      ...endpoint(),
      mapping: { preset: 'zoho-crm', fields: { Last_Name: '{{lead.traits.surname}}' } },
    });
    await becomesHot('ada', ADA);
    expect(bodies).toEqual([]);
    expect(await delivery()).toMatchObject({
      status: 'failed',
      reason: 'refused',
      detail: expect.stringContaining('MANDATORY_NOT_FOUND'),
    });
  });
});

describe('Slack, by an incoming webhook', () => {
  test('takes a line in which a visitor cannot write to everybody', async () => {
    standIn = slack;
    await open({ url: `${origin}/services/T000/B000/XXX`, mapping: 'slack' });
    await becomesHot('eve', { email: 'eve@example.com', name: '<!channel> & <https://evil.example|click>' });
    const [message] = bodies as { text: string }[];
    expect(message?.text).toBe(
      'lead.became_hot: &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt; (eve@example.com), score 57.3, hot awareness',
    );
  });
});

describe('anything else', () => {
  test('flat JSON, signed where there is a secret', async () => {
    standIn = () => ({ status: 200, body: '' });
    await open({ url: `${origin}/any`, mapping: 'json', secret: `whsec_${'a'.repeat(32)}` });
    await becomesHot('ada', ADA);
    expect(bodies).toMatchObject([
      { event: 'lead.became_hot', email: 'ada@example.com', score: 57.3, stage: 'awareness' },
    ]);
  });

  test('a body of the site’s own, whose texts keep the type of a field that stands alone', async () => {
    standIn = () => ({ status: 200, body: '' });
    const body = {
      who: {
        mail: '{{lead.email}}',
        score: '{{lead.score}}',
        label: 'score {{lead.score}}',
        none: '{{lead.fit}}',
      },
      list: ['{{lead.stage}}', 1, true, null],
      quotes: '"{{lead.traits.company|}}"',
    };
    await open({ url: `${origin}/any`, mapping: { body, needs: ['lead.email'] } });
    await becomesHot('ada', ADA);
    expect(bodies).toEqual([
      {
        who: { mail: 'ada@example.com', score: 57.3, label: 'score 57.3' },
        list: ['awareness', 1, true, null],
        quotes: '"Analytical <Engines> & Co"',
      },
    ]);
  });

  test('a test of it can name a lead', async () => {
    standIn = hubspot;
    await open({
      url: `${origin}/crm/v3/objects/contacts/batch/upsert`,
      headers: { Authorization: 'Bearer pat-eu1-123' },
      mapping: 'hubspot',
    });
    await becomesHot('nobody', null);
    const run = async (query: string) => {
      const init = { method: 'POST', headers: { authorization: `Bearer ${SECRET_KEY}` } };
      return (await collector.request(`/v1/endpoints/crm/test${query}`, init)).json();
    };
    expect(await run('')).toMatchObject({ status: 400, field: 'leadId' });
    await becomesHot('ada', ADA);
    const [{ id }] = (await collector.owner('/v1/leads?userId=ada')).data;
    expect(await run(`?leadId=${id}`)).toMatchObject({ outcome: 'sent' });
  });
});
