/**
 * A mail's text and HTML, from the one template its owner wrote: plain text, with `[label](https://…)` where a link
 * should have a label, and `[label]({{site.url}}/cart)` where it leads to the site. Pure.
 *
 * What the owner wrote and what a field holds are kept apart until the end: a value is text, whatever a visitor typed
 * into it. It becomes no markup and no link, and in an address of the owner's it is one encoded piece.
 */
import { valueAt } from '@handrail/sdk/condition';
import { FIELD, type Rendering, renderText } from './template.ts';

export interface BodyOptions {
  fields: object;
  /** Fields that hold an address of our own: they become links, as the owner's addresses do. */
  addresses: ReadonlySet<string>;
  /** Where a link of the template really leads: with UTM parameters, by way of the click counter. */
  linkTo(url: string): string;
  /** Formats an item's price. */
  money(amount: number): string;
}
export interface Body {
  text: string;
  /** Paragraphs, without the page around them. */
  html: string;
}

/** A merge field in an address may hold what an address may not. */
const IN_ADDRESS = String.raw`\{\{[^{}]*\}\}|[^\s<>"'{}()[\]]`;
/** Written so that the punctuation after an address in a sentence stays outside of it. */
const LINK = new RegExp(
  [
    String.raw`\[([^\][\n]{1,200})\]\((https?://(?:${IN_ADDRESS})+|\{\{[^{}|]*\}\}(?:${IN_ADDRESS})*)\)`,
    String.raw`(https?://(?:${IN_ADDRESS}|[()])*(?:\{\{[^{}]*\}\}|[^\s<>"'{}()[\].,;:!?]))`,
    String.raw`\{\{([^{}|]*)(?:\|[^{}]*)?\}\}`,
  ].join('|'),
  'g',
);
const FIELD_FIRST = /^\{\{([^{}|]*)\}\}/;
const ITEMS_LINE = /^\s*\{\{\s*cart\.items\s*(?:\|[^{}]*)?\}\}\s*$/;

export function renderBody(template: string, options: BodyOptions): Rendering<Body> {
  const missing = new Set<string>();
  const body = { options, missing };
  const paragraphs = template
    .trim()
    .split(/(?:\r?\n){2,}/)
    .map((paragraph) => paragraph.split(/\r?\n/).map((line) => renderBodyLine(line, body)));
  if (missing.size > 0) return { ok: false, missing: [...missing] };
  const text = paragraphs.map((lines) => lines.map((line) => line.text).join('\n')).join('\n\n');
  const html = paragraphs
    .map((lines) => {
      const isBlock = lines.some(({ isTable }) => isTable);
      const inner = lines.map((line) => line.html).join(isBlock ? '\n' : '<br>\n');
      return isBlock ? inner : `<p dir="auto">${inner}</p>`;
    })
    .join('\n');
  return { ok: true, rendered: { text, html } };
}

interface Rendered {
  text: string;
  html: string;
  isTable: boolean;
}
interface Context {
  options: BodyOptions;
  missing: Set<string>;
}

function renderBodyLine(line: string, context: Context): Rendered {
  const items = ITEMS_LINE.test(line) ? valueAt(context.options.fields, 'cart.items') : undefined;
  if (Array.isArray(items) && items.length > 0) {
    return { text: merge(line, context), html: itemsTable(items, context.options), isTable: true };
  }
  let text = '';
  let html = '';
  let end = 0;
  for (const match of line.matchAll(LINK)) {
    const { 0: whole, 1: label, 2: labelled, 3: bare, 4: field, index } = match;
    const address =
      field === undefined ? mergeAddress(labelled ?? bare ?? '', context) : addressIn(field, context);
    if (address === undefined) continue;
    const before = merge(line.slice(end, index), context);
    end = index + whole.length;
    const href = field === undefined ? context.options.linkTo(address) : address;
    text += before + (label === undefined ? href : `${merge(label, context)}: ${href}`);
    const shown = label === undefined ? address : merge(label, context);
    html += `${escapeHtml(before)}<a href="${escapeHtml(href)}">${escapeHtml(shown)}</a>`;
  }
  const rest = merge(line.slice(end), context);
  return { text: text + rest, html: html + escapeHtml(rest).replaceAll('\n', '<br>\n'), isTable: false };
}

function merge(text: string, { options, missing }: Context): string {
  const rendering = renderText(text, options.fields);
  if (rendering.ok) return rendering.rendered;
  for (const field of rendering.missing) missing.add(field);
  return '';
}

/** `undefined` for a field that holds no address of ours. */
function addressIn(path: string, { options }: Context): string | undefined {
  const value = options.addresses.has(path.trim()) ? valueAt(options.fields, path.trim()) : undefined;
  return typeof value === 'string' && /^https?:\/\//.test(value) ? value : undefined;
}

/** `undefined` for one that begins with a field that holds no address of ours. */
function mergeAddress(address: string, context: Context): string | undefined {
  const [whole = '', field] = FIELD_FIRST.exec(address) ?? [];
  const start = field === undefined ? '' : addressIn(field, context);
  if (start === undefined) return undefined;
  const rest = address.slice(whole.length);
  return start + rest.replace(FIELD, (each) => encodeURIComponent(merge(each, context)));
}

function itemsTable(items: unknown[], { money }: BodyOptions): string {
  const rows = items.map((item) => {
    const name = valueAt(item, 'item_name') ?? valueAt(item, 'item_id') ?? '';
    const price = valueAt(item, 'price');
    const image = valueAt(item, 'image_url');
    const picture =
      typeof image === 'string' && /^https:\/\//.test(image)
        ? `<img src="${escapeHtml(image)}" alt="" width="64" style="display: block">`
        : '';
    return (
      `<tr><td style="padding: 4px 12px 4px 0">${picture}</td>` +
      `<td dir="auto" style="padding: 4px 12px 4px 0">${escapeHtml(`${valueAt(item, 'quantity') ?? 1} × ${name}`)}</td>` +
      `<td style="padding: 4px 0">${typeof price === 'number' ? escapeHtml(money(price)) : ''}</td></tr>`
    );
  });
  return `<table role="presentation" style="border-collapse: collapse; font: inherit">\n${rows.join('\n')}\n</table>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
