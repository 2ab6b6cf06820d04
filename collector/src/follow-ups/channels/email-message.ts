/** A template of the site's, filled in for one lead: subject, text, HTML. Pure. */
import type { LeadView } from '../../leads/view.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { DeliveryLinks } from '../links.ts';
import { templateOf } from '../templates.ts';
import { withoutLinks } from '../transactional.ts';
import { escapeHtml, renderBody } from './email-body.ts';
import { mergeFields } from './merge-fields.ts';
import { type Rendering, renderLine } from './template.ts';

export interface EmailMessage {
  subject: string;
  text: string;
  html: string;
}

export interface EmailInput {
  templateId: string;
  site: CompiledSite;
  lead: LeadView | null;
  /** The address that it goes to. */
  address: string;
  /** The visitor has asked for it; see transactional.ts. */
  isTransactional: boolean;
  /** `utm_campaign` of its links. */
  campaign: string;
  links: DeliveryLinks;
}

/** `missing`: the fields, of subject and text, with neither a value nor a fallback. */
export function renderEmail(input: EmailInput): Rendering<EmailMessage> {
  const { templateId, site: compiled, lead, links, isTransactional } = input;
  const { site } = compiled;
  const template = templateOf(site, templateId);
  if (!template) return { ok: false, missing: [`template ${templateId}`] };
  const all = { ...mergeFields(lead, compiled), confirmUrl: links.confirm(input.address) };
  const fields = isTransactional ? withoutLinks(all, lead?.cart ?? null) : all;
  const money = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: lead?.cart?.currency ?? site.currency,
  });
  const subject = renderLine(template.subject, fields);
  const body = renderBody(template.text, {
    fields,
    addresses: ADDRESS_FIELDS,
    money: (amount) => money.format(amount),
    linkTo: (url) => linkFrom(url, input),
  });
  if (!subject.ok || !body.ok) {
    const missing = [subject, body].flatMap((each) => (each.ok ? [] : each.missing));
    return { ok: false, missing: [...new Set(missing)] };
  }
  const { text, html } = body.rendered;
  const isTracked = site.email?.trackOpens === true && !isTransactional;
  return {
    ok: true,
    rendered: {
      subject: subject.rendered,
      text: `${text}\n\n--\nNo more of these, or others: ${links.unsubscribe}`,
      html: page(html, links, isTracked),
    },
  };
}

/** Fields that hold an address of ours, and may be linked to. */
const ADDRESS_FIELDS: ReadonlySet<string> = new Set(['confirmUrl', 'site.url']);

/** Who has asked for a mail has not agreed to being counted. */
function linkFrom(url: string, { site: { site }, templateId, campaign, isTransactional, links }: EmailInput) {
  if (isTransactional) return url;
  const tagged = withUtm(url, { campaign, content: templateId }, site.origins);
  return site.email?.trackClicks === false ? tagged : links.click(tagged);
}

function page(body: string, { unsubscribe, pixel }: DeliveryLinks, trackOpens: boolean): string {
  const footer = `<p style="color: #595959; font-size: 13px"><a href="${escapeHtml(unsubscribe)}" style="color: inherit">No more of these, or others</a></p>`;
  const image = trackOpens ? `\n<img src="${escapeHtml(pixel)}" alt="" width="1" height="1">` : '';
  return `<!doctype html>\n<meta charset="utf-8">\n<body style="font: 16px/1.5 sans-serif">\n${body}\n${footer}${image}\n</body>\n`;
}

/**
 * So that the visit is told apart from a direct one. Only the site's own pages are tagged (any, where the site names
 * no origins), and none whose owner has tagged it.
 */
function withUtm(
  address: string,
  { campaign, content }: { campaign: string; content: string },
  origins: readonly string[],
): string {
  const url = URL.parse(address);
  const isOwn = url !== null && (origins.length === 0 || origins.includes(url.origin));
  if (!isOwn || [...url.searchParams.keys()].some((name) => name.startsWith('utm_'))) return address;
  url.searchParams.set('utm_source', 'handrail');
  url.searchParams.set('utm_medium', 'email');
  url.searchParams.set('utm_campaign', campaign);
  url.searchParams.set('utm_content', content);
  return url.href;
}
