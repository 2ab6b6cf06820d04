/** Webhooks as a channel: of steps, `send: { "channel": "webhook", "endpoint": "crm" }`, and of events. */
import { decayed } from '../../leads/heat.ts';
import { iso } from '../../leads/view.ts';
import type { CompiledSite } from '../../site/compile.ts';
import { id } from '../../site/schema/basics.ts';
import { eventTypeOf } from '../events.ts';
import { guardOptionsIn } from './address-guard.ts';
import { type ChannelKind, fail, type Occasion, type Prepared } from './channel.ts';
import { mapEvent } from './mapping.ts';
import { createWebhookChannel, type WebhookContent, type WebhookEvent } from './webhook.ts';

export interface WebhookSend {
  endpoint: string;
}

export const webhookKind: ChannelKind<WebhookSend, WebhookContent> = {
  send: { endpoint: id },
  addresses: 'team',
  addressOf: () => null,
  topicOf: () => null,
  rateOf: () => null,
  prepare: ({ endpoint }, occasion) => webhookFor(endpoint, eventOf(occasion), occasion.site),
  open: (environment) => createWebhookChannel(guardOptionsIn(environment)),
  howToOpen: '',
};

/** @param endpointId of the site's */
export function webhookFor(
  endpointId: string,
  event: WebhookEvent,
  { site }: CompiledSite,
): Prepared<WebhookContent> {
  const endpoint = Object.hasOwn(site.endpoints, endpointId) ? site.endpoints[endpointId] : undefined;
  if (!endpoint) return fail('endpoint_removed', `endpoint ${endpointId}`);
  const { url, headers, mapping, secret, previousSecret } = endpoint;
  const target = {
    url,
    headers,
    // A receiver that still knows only the secret before this one finds its signature too.
    secrets: [secret, previousSecret].filter((each) => each !== undefined),
    isSigned: mapping === undefined || secret !== undefined,
  };
  if (mapping === undefined) return { ok: true, content: { ...target, payload: event } };
  const result = mapEvent(mapping, event);
  if (!result.ok) return { ok: false, skip: 'unmapped', detail: result.missing };
  const { payload, refusalIn } = result;
  return { ok: true, content: { ...target, payload, refusalIn } };
}

function eventOf(occasion: Occasion): WebhookEvent {
  const { delivery, lead, site } = occasion;
  const { origin } = delivery;
  const about = lead && { lead, scoreEntries: scoreEntriesOf(occasion) };
  if (origin.kind === 'event') {
    const { type, at, data } = origin.event;
    return { type, timestamp: iso(at), data: { ...data, ...about } };
  }
  const { sequenceId, anchorAt } = origin.enrollment;
  const startsBy = site.sequenceOf(origin.enrollment)?.startsBy;
  return {
    type: startsBy && 'condition' in startsBy ? eventTypeOf(startsBy.condition) : 'sequence.step_due',
    timestamp: iso(anchorAt),
    data: { sequenceId, step: origin.step, ...about },
  };
}

/** The reasons come with the news: who receives it should not have to ask why. */
function scoreEntriesOf({ delivery, site, now }: Occasion): object[] {
  return delivery.scoreEntries.map((entry) => ({
    ...entry,
    at: iso(entry.at),
    current: decayed(entry.points, now - entry.at, site.halfLifeMs),
  }));
}
