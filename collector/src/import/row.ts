/** One row into one message of Segment's spec, or what is wrong with it. Pure. */
import type {
  IdentifyMessage,
  JsonObject,
  JsonValue,
  MessageContext,
  TrackMessage,
} from '@handrail/sdk/protocol';
import { v5 as uuidv5 } from 'uuid';
import { emailOf } from '../ingest/addresses.ts';
import type { Column, Field, ImportKind } from './columns.ts';
import { parseTime } from './time.ts';

export interface RowRules {
  kind: ImportKind;
  columns: readonly Column[];
  /** What all rows are, of a file that has no column for it. */
  touchpoint: string | undefined;
  timezone: string;
  timeFormat: string | undefined;
  /** Tells this file from another: see `idOf`. */
  fileHash: string;
}

export type RowMessage = (IdentifyMessage | TrackMessage) & { messageId: string };
export type RowResult = { ok: true; message: RowMessage } | { ok: false; error: string };

/** Of ids made from content (RFC 9562, version 5); made up once. */
const NAMESPACE = '5f0c9f6e-0a8d-4a2b-9d4e-6b1f3c7a2e90';

export function messageOf(cells: readonly string[], rules: RowRules): RowResult {
  const { columns, kind } = rules;
  if (cells.length !== columns.length) {
    return { ok: false, error: `expected ${columns.length} cells, found ${cells.length}` };
  }
  const fields = new Map<Field, string>();
  const extras: [string, JsonValue][] = [];
  for (const [index, { target }] of columns.entries()) {
    const cell = cells[index]?.trim();
    if (!target || !cell) continue;
    if ('field' in target) fields.set(target.field, cell);
    else extras.push([target.extra, typed(cell)]);
  }
  // The order of the columns says nothing.
  extras.sort(([one], [other]) => (one < other ? -1 : 1));
  try {
    const message = kind === 'leads' ? lead(fields, extras) : touchpoint(fields, extras, rules.touchpoint);
    const at = timeOf(fields, rules);
    const content = { ...ids(fields), ...message, ...at, ...contextOf(fields, kind) };
    const messageId = fields.get('messageId') ?? idOf(content, rules);
    return { ok: true, message: { ...content, messageId } };
  } catch (error) {
    if (error instanceof RowError) return { ok: false, error: error.message };
    throw error;
  }
}

/**
 * By what it says, so that a file that is imported again doubles nothing, and neither does what two files of touchpoints
 * have in common. A lead that names no time may come to be again what it once was: there it is by the file, too.
 */
function idOf(content: { timestamp?: string }, { fileHash }: RowRules): string {
  const scope = content.timestamp === undefined ? fileHash : '';
  return uuidv5(scope + JSON.stringify(content), NAMESPACE);
}

class RowError extends Error {
  override name = 'RowError';
}

type Fields = ReadonlyMap<Field, string>;

function lead(fields: Fields, extras: [string, JsonValue][]): Pick<IdentifyMessage, 'type' | 'traits'> {
  const traits: JsonObject = Object.fromEntries(extras);
  const { name, firstName, lastName } = traits;
  if (name === undefined && (firstName !== undefined || lastName !== undefined)) {
    traits.name = [firstName, lastName].filter((part) => part !== undefined).join(' ');
  }
  return { type: 'identify', traits: { ...traits, ...addresses(fields) } };
}

function touchpoint(
  fields: Fields,
  extras: [string, JsonValue][],
  given: string | undefined,
): Pick<TrackMessage, 'type' | 'event' | 'properties'> {
  const event = fields.get('touchpoint') ?? given;
  if (!event) throw new RowError('touchpoint: empty');
  return { type: 'track', event, properties: Object.fromEntries(extras) };
}

function ids(fields: Fields): { userId?: string; anonymousId?: string } {
  const [userId, anonymousId] = [fields.get('userId'), fields.get('anonymousId')];
  if (!userId && !anonymousId && !fields.get('email') && !fields.get('phone')) {
    throw new RowError('nobody: expected a user id, an e-mail address or a phone number');
  }
  return { ...(userId && { userId }), ...(anonymousId && { anonymousId }) };
}

function addresses(fields: Fields): { email?: string; phone?: string } {
  const [email, phone] = [fields.get('email'), fields.get('phone')];
  if (email && emailOf(email) === null) throw new RowError(`email: "${email}" is no e-mail address`);
  return { ...(email && { email }), ...(phone && { phone }) };
}

function timeOf(fields: Fields, { kind, timezone, timeFormat }: RowRules): { timestamp?: string } {
  const text = fields.get('timestamp');
  if (!text) {
    if (kind === 'touchpoints') throw new RowError('timestamp: empty');
    return {};
  }
  const at = parseTime(text, timezone, timeFormat);
  if (at === null) {
    const expected =
      timeFormat ?? 'a time such as 2026-11-21 14:30 or 2026-11-21T14:30:00Z (or say --time-format)';
    throw new RowError(`timestamp: "${text}" is not ${expected}`);
  }
  return { timestamp: new Date(at).toISOString() };
}

function contextOf(fields: Fields, kind: ImportKind): { context?: MessageContext } {
  const categoryPreferences = Object.fromEntries(
    (['marketing', 'analytics'] as const).flatMap((purpose) => {
      const text = fields.get(`consent.${purpose}`);
      return text ? [[purpose, consentOf(purpose, text)]] : [];
    }),
  );
  const traits = kind === 'touchpoints' ? addresses(fields) : {};
  const context: MessageContext = {
    ...(Object.keys(categoryPreferences).length > 0 && { consent: { categoryPreferences } }),
    ...(Object.keys(traits).length > 0 && { traits }),
  };
  return Object.keys(context).length > 0 ? { context } : {};
}

function consentOf(purpose: string, text: string): boolean {
  const word = text.toLowerCase();
  if (['yes', 'y', 'true', '1', 'granted', 'x'].includes(word)) return true;
  if (['no', 'n', 'false', '0', 'denied'].includes(word)) return false;
  throw new RowError(`consent.${purpose}: "${text}" is neither yes nor no`);
}

/** Numbers and yes/no as such, for conditions that compare; what would read differently as a number stays text. */
function typed(cell: string): string | number | boolean {
  if (/^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/.test(cell)) return Number(cell);
  if (/^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
  return cell;
}
