/** Two sites in one collector, each with some of everything that has an id. */
import { hashOf } from '../../../collector/src/keys.ts';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';

export const OTHER_WRITE_KEY = 'pk_other_0123456789ab';
const phone = '+442079460958';
export const OTHER_SECRET_KEY = 'sk_other_0123456789ab';

const siteOf = (owner: string) => ({
  name: 'Shop',
  prompts: [
    {
      id: `${owner}-poll`,
      type: 'survey',
      on: { code: true },
      questions: [{ id: 'why', type: 'text', text: 'Why?' }],
    },
  ],
  templates: { [`${owner}-mail`]: { subject: 'Hello', text: 'Hello {{name|there}}' } },
  // With a secret that signs nothing, so that each site has a failed delivery.
  endpoints: { [`${owner}-crm`]: { url: 'https://crm.example/', secret: `whsec_${'='.repeat(32)}` } },
  sequences: [
    {
      id: `${owner}-demo`,
      start: { touchpoint: 'demo_booked' },
      steps: [
        { after: '0s', task: { title: 'Prepare', due: '1h' } },
        { after: '0s', send: { channel: 'webhook', endpoint: `${owner}-crm` } },
      ],
    },
  ],
});

export interface SiteIds {
  lead: string;
  /** To be merged into it. */
  twin: string;
  duplicate: string;
  task: string;
  rejected: string;
  prompt: string;
  /** One that has failed. */
  delivery: string;
  endpoint: string;
  template: string;
  sequence: string;
}

export async function startTwoSites(): Promise<{ collector: TestCollector; own: SiteIds; other: SiteIds }> {
  const collector = await startCollector({ site: siteOf('own') });
  const { store, clock, dispatcher } = collector;
  const otherId = await store.sites.create(siteOf('other'), clock.now);
  await store.sites.addKey(otherId, 'write', hashOf(OTHER_WRITE_KEY), clock.now);
  await store.sites.addKey(otherId, 'secret', hashOf(OTHER_SECRET_KEY), clock.now);

  for (const writeKey of [WRITE_KEY, OTHER_WRITE_KEY]) {
    // The same ids in both: each site has its own people.
    const batch = [
      { type: 'track', event: 'demo_booked', anonymousId: 'visitor', messageId: 'm1' },
      { type: 'identify', anonymousId: 'visitor', userId: 'u1', messageId: 'm2', traits: { key: writeKey } },
      { type: 'identify', userId: 'twin', messageId: 'm3' },
      { type: 'identify', userId: 'left', messageId: 'm4', traits: { phone } },
      { type: 'identify', userId: 'right', messageId: 'm5', traits: { phone } },
      { type: 'track', anonymousId: 'visitor', messageId: 'bad' },
    ];
    await collector.request('/v1/batch', { method: 'POST', body: JSON.stringify({ writeKey, batch }) });
  }
  await dispatcher.tick();

  async function idsOf(secretKey: string, owner: string): Promise<SiteIds> {
    const first = async (path: string) => {
      const response = await collector.request(path, { headers: { authorization: `Bearer ${secretKey}` } });
      const { data } = (await response.json()) as { data: { id: string }[] };
      if (data.length !== 1) throw new Error(`${path}: ${data.length} instead of one`);
      return data[0]?.id ?? '';
    };
    return {
      lead: await first('/v1/leads?userId=u1'),
      twin: await first('/v1/leads?userId=twin'),
      duplicate: await first('/v1/duplicates'),
      task: await first('/v1/tasks'),
      rejected: await first('/v1/rejected'),
      prompt: await first('/v1/prompts'),
      delivery: await first('/v1/deliveries?status=failed'),
      endpoint: await first('/v1/endpoints'),
      template: `${owner}-mail`,
      sequence: await first('/v1/sequences'),
    };
  }
  return { collector, own: await idsOf(SECRET_KEY, 'own'), other: await idsOf(OTHER_SECRET_KEY, 'other') };
}
