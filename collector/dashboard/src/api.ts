import type {
  Answer,
  Endpoint,
  FollowUp,
  Lead,
  Ledger,
  List,
  Sequence,
  SequenceResults,
  Site,
  Task,
  Touchpoint,
} from './api-types.ts';

const TIMEOUT_MS = 10_000;
const LEADS_SHOWN = 10;
const TASKS_SHOWN = 20;
const ANSWERS_SHOWN = 20;
const TOUCHPOINTS_SHOWN = 20;
const FOLLOW_UPS_SHOWN = 20;
/** Before anything could have failed. */
const EVER = new Date(0).toISOString();

/** A request that failed, with a message fit to be shown. */
export class ApiError extends Error {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** The owner API, authorised by the session cookie. Every method rejects with `ApiError` alone. */
export interface Api {
  /** Trades the key for the cookie; the page never keeps it. */
  signIn(secretKey: string): Promise<void>;
  signOut(): Promise<void>;
  /** The site signed in to; null where nobody is. */
  site(): Promise<Site | null>;
  /** The hottest first. */
  leads(signal: AbortSignal): Promise<Lead[]>;
  lead(id: string, signal: AbortSignal): Promise<Lead>;
  ledger(leadId: string, signal: AbortSignal): Promise<Ledger>;
  /** The latest first. */
  touchpoints(leadId: string, signal: AbortSignal): Promise<Touchpoint[]>;
  /** The latest first. */
  answers(signal: AbortSignal): Promise<Answer[]>;
  /** Open ones, the most urgent first. */
  tasks(signal: AbortSignal): Promise<Task[]>;
  finishTask(id: string): Promise<void>;
  /** Due then, and not before. */
  snoozeTask(id: string, untilMs: number): Promise<Task>;
  assignTask(id: string, owner: string | null): Promise<Task>;
  /** What is due, then the latest. */
  followUps(leadId: string, signal: AbortSignal): Promise<FollowUp[]>;
  /** One that has failed. */
  retryDelivery(id: string): Promise<void>;
  sequences(signal: AbortSignal): Promise<Sequence[]>;
  sequenceResults(id: string, signal: AbortSignal): Promise<SequenceResults>;
  endpoints(signal: AbortSignal): Promise<Endpoint[]>;
  testEndpoint(id: string): Promise<{ outcome: 'sent' | 'retry' | 'failed'; detail: string }>;
  enableEndpoint(id: string): Promise<void>;
  disableEndpoint(id: string): Promise<void>;
  /** Sends again all that has failed. */
  replayFailed(id: string): Promise<{ due: number }>;
}

/** `onSignedOut` is told when the session turns out to have ended. */
export function createApi(onSignedOut: () => void): Api {
  async function owner<Body>(path: string, init: RequestInit): Promise<Body> {
    try {
      return await request<Body>(path, init);
    } catch (error) {
      if (hasStatus(error, 401)) onSignedOut();
      throw error;
    }
  }
  const list = async <Item>(path: string, signal: AbortSignal): Promise<Item[]> =>
    (await owner<List<Item>>(path, { signal })).data;

  return {
    signIn: (secretKey) => request('/v1/session', posting({ secretKey })),
    signOut: () => request('/v1/session', { method: 'DELETE' }),
    async site() {
      try {
        return (await request<{ site: Site }>('/v1/session', {})).site;
      } catch (error) {
        if (hasStatus(error, 401)) return null;
        throw error;
      }
    },
    leads: (signal) => list(`/v1/leads?sort=-score&limit=${LEADS_SHOWN}`, signal),
    lead: (id, signal) => owner(`/v1/leads/${encodeURIComponent(id)}`, { signal }),
    ledger: (leadId, signal) => owner(`/v1/leads/${encodeURIComponent(leadId)}/score`, { signal }),
    touchpoints: (leadId, signal) =>
      list(`/v1/leads/${encodeURIComponent(leadId)}/touchpoints?limit=${TOUCHPOINTS_SHOWN}`, signal),
    answers: (signal) => list(`/v1/answers?limit=${ANSWERS_SHOWN}`, signal),
    tasks: (signal) => list(`/v1/tasks?status=open&sort=dueAt&limit=${TASKS_SHOWN}`, signal),
    async finishTask(id) {
      await owner(`/v1/tasks/${encodeURIComponent(id)}/done`, { method: 'POST' });
    },
    snoozeTask: (id, untilMs) =>
      owner(
        `/v1/tasks/${encodeURIComponent(id)}/snooze`,
        posting({ until: new Date(untilMs).toISOString() }),
      ),
    assignTask: (id, to) => owner(`/v1/tasks/${encodeURIComponent(id)}/assign`, posting({ owner: to })),
    followUps: (leadId, signal) =>
      list(`/v1/leads/${encodeURIComponent(leadId)}/follow-ups?limit=${FOLLOW_UPS_SHOWN}`, signal),
    async retryDelivery(id) {
      await owner(`/v1/deliveries/${encodeURIComponent(id)}/retry`, { method: 'POST' });
    },
    sequences: (signal) => list('/v1/sequences', signal),
    sequenceResults: (id, signal) => owner(`/v1/sequences/${encodeURIComponent(id)}/results`, { signal }),
    endpoints: (signal) => list('/v1/endpoints', signal),
    testEndpoint: (id) => owner(`/v1/endpoints/${encodeURIComponent(id)}/test`, { method: 'POST' }),
    async enableEndpoint(id) {
      await owner(`/v1/endpoints/${encodeURIComponent(id)}/enable`, { method: 'POST' });
    },
    async disableEndpoint(id) {
      await owner(`/v1/endpoints/${encodeURIComponent(id)}/disable`, { method: 'POST' });
    },
    replayFailed: (id) =>
      owner(`/v1/endpoints/${encodeURIComponent(id)}/replay`, posting({ since: EVER, which: 'failed' })),
  };
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

const posting = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Resolves to the JSON of a 2xx, or to undefined for a 204. */
async function request<Body>(path: string, init: RequestInit): Promise<Body> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { ...init, signal });
    text = await response.text();
  } catch (cause) {
    throw new ApiError('The collector cannot be reached.', 0, { cause });
  }
  const body = parse(text);
  if (!response.ok) throw new ApiError(problemText(body, response.status), response.status);
  return body as Body;
}

/** A proxy in between may answer with something that is no JSON. */
function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The most telling text of a problem document (RFC 9457). */
function problemText(body: unknown, status: number): string {
  const { title, detail } = (body ?? {}) as { title?: unknown; detail?: unknown };
  for (const text of [detail, title]) if (typeof text === 'string' && text !== '') return text;
  return `The collector answered with status ${status}.`;
}
