/** A collector with a real mail server and a real receiver around it, and Ada, who comes to the shop. */
import type { RequestListener } from 'node:http';
import Database from 'better-sqlite3';
import { createEmailChannel } from '../../collector/src/follow-ups/channels/email.ts';
import { createWebhookChannel } from '../../collector/src/follow-ups/channels/webhook.ts';
import { START, startCollector, type TestCollector } from './collector.ts';
import { type HttpReceiver, startHttpReceiver } from './http-receiver.ts';
import { type SmtpSink, startSmtpSink } from './smtp-sink.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export interface Run {
  sequence: string;
  version: number;
  status: string;
  reason: string | null;
  heldOut: boolean;
  goalAt: number | null;
  /** What its steps did that send nothing, in their order, as `2.a.0 tagged vip`. */
  steps: string[];
}

export interface Shop {
  collector: TestCollector;
  sink: SmtpSink;
  receiver: HttpReceiver;
  /** As it was opened, with changes; to be published. */
  site(changes?: object): object;
  track(event: string, properties?: object, fields?: object): object;
  identify(traits?: object, fields?: object): object;
  /** Ada gives her address and agrees to be written to. */
  signsUp(traits?: object, fields?: object): Promise<void>;
  does(event: string, properties?: object, fields?: object): Promise<void>;
  /** Moves the clock on, and does what is due by then. */
  passes(ms: number): Promise<void>;
  /** The same, looking in every so often, as a collector that runs does. */
  passesBy(stepMs: number, ms: number): Promise<void>;
  /** Moves the clock on, with nobody there. */
  sleeps(ms: number): void;
  /** Of all mails, in the order they went. */
  subjects(): (string | undefined)[];
  runs(): Run[];
  /** Latest last; `c` for one that was skipped for its reason: `2 skipped expired`. */
  deliveries(): Promise<string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON as clients do
  lead(): Promise<any>;
  close(): Promise<void>;
}

/** A step that sends a mail with this subject. */
export const mail = (template: string, timing: object = {}) => ({
  ...timing,
  send: { channel: 'email', template },
});

const SUBJECTS = ['one', 'two', 'three', 'four'];

/**
 * @param changes to a site that can send the mails `one` to `four`
 * @param options.databasePath of a shop that was closed, to open it again
 */
export async function openShop(
  changes: object | ((receiverOrigin: string) => object),
  {
    now = START,
    reply,
    timeoutMs = 15_000,
    ...options
  }: {
    now?: number;
    databasePath?: string;
    /** Of the receiver. */
    reply?: RequestListener;
    /** For how long it is waited for. */
    timeoutMs?: number;
  } = {},
): Promise<Shop> {
  const sink = await startSmtpSink();
  const receiver = await startHttpReceiver(reply);
  const email = createEmailChannel(sink.url);
  const site = (more: object = {}) => ({
    name: 'Shop',
    timezone: 'Europe/London',
    currency: 'GBP',
    email: { from: 'Shop <hello@shop.example>' },
    templates: Object.fromEntries(
      SUBJECTS.map((subject) => [subject, { subject, text: `{{name|friend}}: ${subject}` }]),
    ),
    contactBudget: { messages: { perWeek: 50 } },
    ...(typeof changes === 'function' ? changes(receiver.origin) : changes),
    ...more,
  });
  const collector = await startCollector({
    site: site(),
    channels: { email, webhook: createWebhookChannel({ allowPrivateOrigins: [receiver.origin], timeoutMs }) },
    now,
    ...options,
  });
  const { clock } = collector;
  let nextId = 0;

  const message = (fields: object) => ({
    messageId: `m-${now}-${nextId++}`,
    anonymousId: 'ada',
    timestamp: new Date(clock.now).toISOString(),
    context: { consent: { categoryPreferences: { analytics: true, marketing: true } } },
    ...fields,
  });
  const shop: Shop = {
    collector,
    sink,
    receiver,
    site,
    track: (event, properties = {}, fields = {}) => message({ type: 'track', event, properties, ...fields }),
    identify: (traits = {}, fields = {}) =>
      message({
        type: 'identify',
        userId: 'ada',
        traits: { email: 'ada@example.com', name: 'Ada', ...traits },
        ...fields,
      }),
    async signsUp(traits, fields) {
      await collector.ingest(shop.identify(traits, fields));
    },
    async does(event, properties, fields) {
      await collector.ingest(shop.track(event, properties, fields));
    },
    async passes(ms) {
      clock.now += ms;
      await collector.timers.tick();
      await collector.dispatcher.tick();
    },
    async passesBy(stepMs, ms) {
      const end = clock.now + ms;
      while (clock.now < end) await shop.passes(Math.min(stepMs, end - clock.now));
    },
    sleeps(ms) {
      clock.now += ms;
    },
    subjects: () => sink.mails.map(({ subject }) => subject),
    runs: () => readRuns(collector.databasePath),
    async deliveries() {
      const { data } = await collector.owner('/v1/deliveries?limit=200');
      const told = data.map(
        ({ step, status, reason }: { step: number; status: string; reason: string | null }) =>
          [step, status, reason].filter((each) => each !== null).join(' '),
      );
      return told.reverse();
    },
    async lead() {
      return (await collector.owner('/v1/leads?userId=ada')).data[0];
    },
    async close() {
      await collector.close();
      email.close();
      await sink.close();
      await receiver.close();
    },
  };
  return shop;
}

/** From the file itself, so that no answer of the API can make them look better. */
function readRuns(databasePath: string): Run[] {
  const db = new Database(databasePath, { readonly: true });
  try {
    const runs = db
      .prepare(
        `SELECT id, sequence_id AS sequence, version, status, reason, held_out = 1 AS heldOut, goal_at AS goalAt
         FROM enrollments ORDER BY id`,
      )
      .all() as (Omit<Run, 'heldOut' | 'steps'> & { id: number; heldOut: number })[];
    const steps = db.prepare(
      'SELECT step_id AS id, outcome, detail FROM enrollment_steps WHERE enrollment_id = ? ORDER BY step',
    );
    return runs.map(({ id, ...run }) => ({
      ...run,
      heldOut: Boolean(run.heldOut),
      steps: (steps.all(id) as { id: string; outcome: string; detail: string | null }[]).map((each) =>
        [each.id, each.outcome, each.detail].filter((part) => part !== null).join(' '),
      ),
    }));
  } finally {
    db.close();
  }
}
