/** Turns an event into the request that somebody else's API documents: a template in JSON, filled in. Pure. */
import { valueAt } from '@handrail/sdk/condition';
import type { JsonObject, JsonValue } from '@handrail/sdk/protocol';
import type { LeadView } from '../../leads/view.ts';
import { MAPPING_PRESETS, type MappingPreset } from './mapping-presets.ts';
import { FIELD, renderText } from './template.ts';
import type { WebhookEvent } from './webhook.ts';

/** As the site's configuration has it. */
export type Mapping =
  /** By name: as it is. */
  | MappingPreset
  /** With further fields, or others in place of its own. */
  | { preset: MappingPreset; fields: JsonObject }
  /** One's own. `needs`: without these fields there is nothing to send, such as `lead.email`. */
  | { body: JsonObject; needs?: string[] | undefined };

export type Mapped =
  | { ok: true; payload: JsonValue; refusalIn: (reply: unknown) => string | null }
  /** A field that the receiver needs and the lead lacks. */
  | { ok: false; missing: string };

export function mapEvent(mapping: Mapping, event: WebhookEvent): Mapped {
  const { body, needs, escapeValue, refusalIn } = templateOf(mapping);
  const fields = fieldsOf(event);
  const missing = needs.find((path) => textAt(fields, path) === undefined);
  if (missing !== undefined) return { ok: false, missing };
  return { ok: true, payload: fill(body, fields, escapeValue) ?? null, refusalIn };
}

const asItIs = (text: string) => text;

function templateOf(mapping: Mapping) {
  if (typeof mapping === 'object' && 'body' in mapping) {
    const { body, needs = [] } = mapping;
    return { body, needs, escapeValue: asItIs, refusalIn: () => null };
  }
  const { name, fields } =
    typeof mapping === 'string'
      ? { name: mapping, fields: {} }
      : { name: mapping.preset, fields: mapping.fields };
  const { body, needs, escapeValue = asItIs, refusalIn = () => null } = MAPPING_PRESETS[name];
  return { body: body(fields), needs, escapeValue, refusalIn };
}

/** What a mapping can name. */
function fieldsOf({ type, timestamp, data }: WebhookEvent): object {
  const lead = (data as { lead?: LeadView | null }).lead ?? null;
  return {
    type,
    timestamp,
    data,
    lead: lead && { ...lead, score: Math.round(lead.score * 10) / 10 },
    person: lead && personOf(lead),
  };
}

/** CRMs want two names where most sites know one. */
function personOf({ name, traits }: LeadView): { firstName?: JsonValue; lastName?: JsonValue } {
  const [first, ...rest] = name?.trim().split(/\s+/) ?? [];
  const whole = { ...(first && { firstName: first }), ...(rest.length > 0 && { lastName: rest.join(' ') }) };
  const { firstName = whole.firstName, lastName = whole.lastName } = traits;
  return { ...(firstName !== undefined && { firstName }), ...(lastName !== undefined && { lastName }) };
}

/**
 * A text that is one field and nothing else keeps the field's type. A key whose field has neither value nor fallback
 * is left out: an empty one would erase what the receiver knows.
 */
function fill(node: JsonValue, fields: object, escapeValue: (text: string) => string): JsonValue | undefined {
  if (typeof node === 'string') return fillText(node, fields, escapeValue);
  if (Array.isArray(node)) {
    return node.map((item) => fill(item, fields, escapeValue)).filter((item) => item !== undefined);
  }
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, child]) => [key, fill(child, fields, escapeValue)]);
  return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
}

const ONE_FIELD = new RegExp(`^${FIELD.source}$`);

function fillText(
  text: string,
  fields: object,
  escapeValue: (text: string) => string,
): JsonValue | undefined {
  const path = ONE_FIELD.exec(text)?.[1]?.trim();
  const value = path === undefined ? undefined : valueAt(fields, path);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const rendering = renderText(text, fields, escapeValue);
  return rendering.ok ? rendering.rendered : undefined;
}

function textAt(fields: object, path: string): string | undefined {
  const rendering = renderText(`{{${path}}}`, fields);
  return rendering.ok ? rendering.rendered : undefined;
}
