/** What a step sends, filled in for one lead. Pure. */
import { decayed, scoreOf } from '../leads/heat.ts';
import { leadView } from '../leads/view.ts';
import type { CompiledSequence, CompiledSite } from '../site/compile.ts';
import type { LeasedDelivery, NewTask } from '../store/store.ts';
import type { FailReason } from './channels/channel.ts';
import type { EmailContent } from './channels/email.ts';
import { parseMailbox } from './channels/mailbox.ts';
import { type TaskStep, taskFor } from './channels/task.ts';
import { render } from './channels/template.ts';
import type { WebhookContent } from './channels/webhook.ts';
import { TRANSACTIONAL_TEMPLATES, withoutLinks } from './transactional.ts';

export type Prepared<Content> =
  | { ok: true; content: Content }
  | { ok: false; failure: { reason: FailReason; detail: string } };

/** Both are of one delivery, and signed. */
export interface EmailLinks {
  unsubscribeUrl(deliveryPublicId: string): string;
  confirmUrl(deliveryPublicId: string, address: string): string;
}

const fail = (reason: FailReason, detail: string) => ({ ok: false as const, failure: { reason, detail } });

/** The fields that templates and titles may merge: the lead's own, its traits' own names, the cart, the site. */
function fieldsOf({ lead }: LeasedDelivery, site: CompiledSite, now: number): object {
  const view = leadView(lead, site, now);
  return { ...view.traits, ...view, site: { name: site.site.name, url: site.site.origins[0] } };
}

export function emailFor(
  templateId: string,
  delivery: LeasedDelivery,
  { isTransactional }: CompiledSequence,
  site: CompiledSite,
  links: EmailLinks,
  now: number,
): Prepared<EmailContent> {
  const template = site.site.templates[templateId] ?? TRANSACTIONAL_TEMPLATES[templateId];
  const from = site.site.email && parseMailbox(site.site.email.from);
  if (!template || !from) return fail('missing_field', template ? 'email.from' : `template ${templateId}`);
  const { email, state } = delivery.lead;
  const confirmUrl = email === null ? undefined : links.confirmUrl(delivery.publicId, email);
  const fields = { ...fieldsOf(delivery, site, now), confirmUrl };
  const rendering = render(template, isTransactional ? withoutLinks(fields, state.cart) : fields);
  if (!rendering.ok) return fail('missing_field', rendering.missing.join(', '));
  const unsubscribeUrl = links.unsubscribeUrl(delivery.publicId);
  const name = isTransactional ? undefined : state.traits.name?.value;
  return {
    ok: true,
    content: {
      from,
      to: email === null ? null : { address: email, ...(typeof name === 'string' && { name }) },
      subject: rendering.rendered.subject,
      text: `${rendering.rendered.text}\n\n--\nNo more of these: ${unsubscribeUrl}`,
      unsubscribeUrl,
    },
  };
}

export function webhookFor(
  { endpoint: name }: { endpoint: string },
  delivery: LeasedDelivery,
  sequence: CompiledSequence,
  site: CompiledSite,
  now: number,
): Prepared<WebhookContent> {
  const endpoint = site.site.endpoints[name];
  if (!endpoint) return fail('missing_field', `endpoint ${name}`);
  const { lead, enrollment, scoreEntries } = delivery;
  return {
    ok: true,
    content: {
      url: endpoint.url,
      secrets: [endpoint.secret],
      type: eventTypeOf(sequence),
      timestamp: enrollment.anchorAt,
      data: {
        sequenceId: sequence.id,
        step: delivery.step,
        lead: leadView(lead, site, now),
        // The reasons come with the news: who receives it should not have to ask why.
        scoreEntries: scoreEntries.map((entry) => ({
          ...entry,
          at: new Date(entry.at).toISOString(),
          current: decayed(entry.points, now - entry.at, site.halfLifeMs),
        })),
      },
    },
  };
}

/** What has happened, by what starts the sequence. */
function eventTypeOf({ start }: CompiledSequence): string {
  if ('temperature' in start) return `lead.became_${start.temperature}`;
  if ('stage' in start) return 'lead.stage_changed';
  if ('answer' in start) return 'prompt.answered';
  if ('touchpoint' in start)
    return start.touchpoint === 'add_to_cart' ? 'cart.abandoned' : `touchpoint.${start.touchpoint}`;
  return 'sequence.step_due';
}

export function taskFrom(
  step: TaskStep,
  delivery: LeasedDelivery,
  site: CompiledSite,
  now: number,
): Prepared<NewTask> {
  const view = leadView(delivery.lead, site, now);
  const entries = delivery.scoreEntries.map(({ ruleId, points, at }) => ({
    ruleId,
    current: decayed(points, now - at, site.halfLifeMs),
  }));
  const task = taskFor(step, { ...fieldsOf(delivery, site, now), ...view }, entries, now);
  if (!task.ok) return fail('missing_field', task.missing.join(', '));
  const score = scoreOf(delivery.lead.heat, now, site.halfLifeMs);
  const { title, dueAt, reason } = task.rendered;
  return { ok: true, content: { title, dueAt, reason: `Score ${score.toFixed(1)}: ${reason}` } };
}
