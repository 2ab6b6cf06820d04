/**
 * Merge fields, `{{path|fallback}}`, in what the site's owner writes. Pure.
 *
 * Not Mustache: that renders a missing field as nothing ("Hi ,"), looks fields up through prototypes and has
 * sections and partials that nobody asked for, while a fallback in place is the one thing a mail needs.
 */

import { valueAt } from '@handrail/sdk/condition';

export interface MessageTemplate {
  subject: string;
  text: string;
}

export type MergeField =
  | {
      valid: true;
      /** With dots, read from own properties only. */
      path: string;
      /** Stands in where there is no value; may be empty. `undefined`: the value is required. */
      fallback: string | undefined;
    }
  /** `message` quotes the place, for whoever wrote the template. */
  | { valid: false; message: string };

export type Rendering<Rendered> = { ok: true; rendered: Rendered } | { ok: false; missing: string[] };

/** A field; or, with no path, braces that make none and stay as they are. */
const MERGE_FIELD = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}|\{\{|\}\}/g;

/** What a template asks for, in its order, so that a configuration can be checked before anything is sent by it. */
export function fieldsOf({ subject, text }: MessageTemplate): MergeField[] {
  return [...fieldsIn(subject), ...fieldsIn(text)];
}

function fieldsIn(text: string): MergeField[] {
  return Array.from(text.matchAll(MERGE_FIELD), ({ 0: whole, 1: path, 2: fallback, index }) => {
    if (path?.trim()) return { valid: true, path: path.trim(), fallback: fallback?.trim() };
    const place = text.slice(Math.max(0, index - 10), index + whole.length + 10);
    return { valid: false, message: `"${place}": expected {{field}} or {{field|fallback}}` };
  });
}

/** `missing`: the fields, of subject and text, with neither a value nor a fallback. */
export function render(template: MessageTemplate, fields: object): Rendering<MessageTemplate> {
  const subject = renderLine(template.subject, fields);
  const text = renderText(template.text, fields);
  if (subject.ok && text.ok)
    return { ok: true, rendered: { subject: subject.rendered, text: text.rendered } };
  const missing = [subject, text].flatMap((each) => (each.ok ? [] : each.missing));
  return { ok: false, missing: [...new Set(missing)] };
}

/** As `renderText`, on one line: for subjects and titles. */
export function renderLine(text: string, fields: object): Rendering<string> {
  const rendering = renderText(text, fields);
  return rendering.ok ? { ok: true, rendered: rendering.rendered.replace(/\s+/g, ' ').trim() } : rendering;
}

/** One pass: what a visitor wrote into a field is never taken for a field. */
export function renderText(text: string, fields: object): Rendering<string> {
  const missing = new Set<string>();
  const rendered = text.replace(MERGE_FIELD, (whole, path?: string, fallback?: string) => {
    if (path === undefined) return whole;
    const value = asText(valueAt(fields, path.trim())) ?? fallback?.trim();
    if (value === undefined) missing.add(path.trim());
    return value ?? '';
  });
  return missing.size === 0 ? { ok: true, rendered } : { ok: false, missing: [...missing] };
}

/** `undefined` where there is nothing a reader could make sense of. A list has one line for each item. */
function asText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(itemAsText).join('\n') || undefined;
  // One line: what a visitor typed as a name must not become paragraphs of a mail that we send.
  if (typeof value === 'string') return value.replace(/\s+/g, ' ').trim() || undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** GA4's items by quantity and name. */
function itemAsText(item: unknown): string {
  const name = asText(valueAt(item, 'item_name')) ?? asText(valueAt(item, 'item_id'));
  if (name === undefined) return asText(item) ?? '';
  return `${asText(valueAt(item, 'quantity')) ?? 1} × ${name}`;
}
