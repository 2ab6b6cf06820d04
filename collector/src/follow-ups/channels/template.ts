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

/** A field, its path and its fallback. */
export const FIELD = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g;
/** A field; or, with no path, braces that make none and stay as they are. */
const MERGE_FIELD = new RegExp(`${FIELD.source}|\\{\\{|\\}\\}`, 'g');

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

/** As `renderText`, on one line: for subjects and titles. */
export function renderLine(text: string, fields: object): Rendering<string> {
  const rendering = renderText(text, fields);
  return rendering.ok ? { ok: true, rendered: rendering.rendered.replace(/\s+/g, ' ').trim() } : rendering;
}

/**
 * One pass: what a visitor wrote into a field is never taken for a field.
 *
 * @param escapeValue of what a field holds, where the text is read as markup; the fallback is the owner's own [escapeValue=none]
 */
export function renderText(
  text: string,
  fields: object,
  escapeValue: (value: string) => string = (value) => value,
): Rendering<string> {
  const missing = new Set<string>();
  const rendered = text.replace(MERGE_FIELD, (whole, path?: string, fallback?: string) => {
    if (path === undefined) return whole;
    const value = asText(valueAt(fields, path.trim()));
    if (value !== undefined) return escapeValue(value);
    if (fallback === undefined) missing.add(path.trim());
    return fallback?.trim() ?? '';
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
