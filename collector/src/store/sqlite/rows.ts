/** Between rows and records. */

import type { Consent, Device, JsonObject } from '@handrail/sdk/protocol';
import { TRANSACTIONAL_IDS } from '../../follow-ups/transactional.ts';
import { stateFrom } from '../../leads/state.ts';
import type { Page, Source, Touchpoint, Trust } from '../../leads/touchpoint.ts';
import type { LeadRecord } from '../store.ts';

export interface TouchpointRow {
  id: number;
  message_id: Buffer | string;
  type: Touchpoint['type'];
  name: string;
  at: number;
  received_at: number;
  trust: Trust;
  session_id: Buffer | string | null;
  starts_session: number;
  data: string;
}

export const TOUCHPOINT_COLUMNS =
  'touchpoints.id, message_id, type, name, touchpoints.at, received_at, trust, session_id, starts_session, data';

/** What has no column of its own; absent where there is nothing to say. */
interface TouchpointData {
  page?: Partial<Page>;
  source?: Partial<Source> & { channel: string };
  properties?: JsonObject;
  originalName?: string;
  groupId?: string;
  timezone?: string;
  consent?: Partial<Consent>;
  device?: Device;
  bot?: string;
}

export function touchpointData(touchpoint: Touchpoint): string {
  const { page, source, properties, originalName, groupId, timezone, consent, device, bot } = touchpoint;
  return JSON.stringify({
    page: page ? withoutNulls(page) : undefined,
    source: source ? withoutNulls(source) : undefined,
    properties: Object.keys(properties).length > 0 ? properties : undefined,
    originalName: originalName ?? undefined,
    groupId: groupId ?? undefined,
    timezone: timezone ?? undefined,
    consent: consent ?? undefined,
    device: device ?? undefined,
    bot: bot ?? undefined,
  });
}

export function touchpointFrom(row: TouchpointRow): Touchpoint {
  const data = JSON.parse(row.data) as TouchpointData;
  return {
    messageId: idFrom(row.message_id),
    type: row.type,
    name: row.name,
    originalName: data.originalName ?? null,
    at: row.at,
    receivedAt: row.received_at,
    trust: row.trust,
    bot: data.bot ?? null,
    sessionId: row.session_id === null ? null : idFrom(row.session_id),
    page: data.page ? { url: null, path: null, title: null, referrer: null, ...data.page } : null,
    source: data.source ? { source: null, medium: null, campaign: null, ...data.source } : null,
    properties: data.properties ?? {},
    groupId: data.groupId ?? null,
    timezone: data.timezone ?? null,
    consent: data.consent ?? null,
    device: data.device ?? null,
  };
}

function withoutNulls<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null)) as Partial<T>;
}

/** In its usual form: other spellings of the same UUID are other ids to their senders. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** 16 bytes instead of 36 for a UUID; any other id stays the text it is. */
export function idToStore(id: string): Buffer | string {
  return UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : id;
}
export function idFrom(stored: Buffer | string): string {
  if (typeof stored === 'string') return stored;
  const hex = stored.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Of an enrollment: what it sends was asked for, and is no contact in the sense of the contact budget. */
export const IS_TRANSACTIONAL = `enrollments.sequence_id IN (${TRANSACTIONAL_IDS.map((id) => `'${id}'`).join(', ')})`;

export interface LeadRow {
  id: number;
  public_id: string;
  user_id: string | null;
  email: string | null;
  heat: number;
  identified_at: number | null;
  next_due_at: number | null;
  state: string;
}
/** Of `leads JOIN lead_states`. */
export const LEAD_COLUMNS =
  'leads.id, leads.public_id, leads.user_id, leads.email, lead_states.heat, leads.identified_at, leads.next_due_at, lead_states.state';
/** `lead_states` for a LEFT JOIN, where SQLite would read the view as a whole. https://sqlite.org/optoverview.html#subquery_flattening */
export const LEFT_JOIN_LEAD_STATES = `LEFT JOIN all_lead_states AS lead_states ON lead_states.lead_id = leads.id
  AND lead_states.version = (SELECT folded_version FROM sites WHERE sites.id = leads.site_id)`;

export function leadFrom(row: LeadRow): LeadRecord {
  return {
    id: row.public_id,
    userId: row.user_id,
    email: row.email,
    heat: row.heat,
    identifiedAt: row.identified_at,
    nextDueAt: row.next_due_at,
    state: stateFrom(row.state),
  };
}
