/**
 * What can wait until the page itself is there, in a file of its own: unsent touchpoints are persisted and delivered,
 * the page is listened to, prompts are asked for. Loaded with consent, and never before.
 */
import { toBatchBody } from '../batch.ts';
import type { CaptureParts } from '../capture/index.ts';
import { CAPTURE_NAMES, type CaptureName } from '../capture-names.ts';
import { filledCart } from '../cart-store.ts';
import type { CommerceCall } from '../commerce-calls.ts';
import { createDelivery } from '../delivery.ts';
import { currentDevice } from '../device.ts';
import { createDropReport } from '../drop-report.ts';
import type { DropCounter } from '../drops.ts';
import type { NewId } from '../ids.ts';
import { type json, useJson } from '../json.ts';
import type { Link } from '../link/index.ts';
import { type OptionsCheckLoader, warnOf } from '../options-warning.ts';
import { createOutbox, type Entry } from '../outbox.ts';
import { openOutboxStore } from '../outbox-store.ts';
import type { PromptCapabilities } from '../prompts/capabilities.ts';
import type { LoadPromptFile } from '../prompts/files.ts';
import type { Prompts } from '../prompts/index.ts';
import { createDecisionLedger, type PromptDecision } from '../prompts/ledger.ts';
import type { MessageContext } from '../protocol.ts';
import type { Queue } from '../queue.ts';
import type { OwnMessage } from '../recorder.ts';
import { currentSessionId } from '../session.ts';
import type { KeyValueStorage } from '../storage.ts';
import { getPrompts, postBatch } from '../transport.ts';
import { currentVisitor } from '../visitor.ts';
import { whenIdle } from '../when-idle.ts';
import { type CaptureLoaders, loadCapture } from './capture.ts';
import { loadPrompts } from './prompts.ts';
import { timeZone } from './time-zone.ts';

/** What a visitor who pays by the byte is spared, prompts apart: all that has a file of its own. */
const SPARED: readonly CaptureName[] = ['vitals', 'rage-clicks', 'dead-clicks'];

/** Where the code comes from that is loaded next. What is left out is not done. */
export interface IdleLoaders extends OptionsCheckLoader {
  capture?: CaptureLoaders | undefined;
  prompts?: { load: LoadPromptFile } | undefined;
}

export interface IdleParts
  extends Omit<CaptureParts, 'loadVitals'>,
    Pick<PromptCapabilities, 'traits' | 'consent' | 'promptCalls'> {
  loaders: IdleLoaders;
  writeKey: string;
  /** This file's own may be the page's. */
  json: typeof json;
  link: Link | undefined;
  /** Of visitor and session. */
  identity: KeyValueStorage;
  newId: NewId;
  /** What `explain()` shows of prompts, kept up to date. */
  decisions: PromptDecision[];
  /** Taken from now on, and delivered. */
  messages: Queue<OwnMessage>;
  drops: DropCounter;
  /** What every batch says, to which device and time zone are added. */
  context: MessageContext;
  recordPlain(call: CommerceCall): void;
}

export interface Idle {
  /** The page is listened to, or cannot be. Never rejects. */
  settled: Promise<void>;
  /** Sends all that waits; resolves when it is answered for, or when a request fails and must wait. */
  flush(): Promise<void>;
  /** Consent is withdrawn: also discards what is not delivered. */
  stop(): void;
}

export function startIdle(parts: IdleParts): Idle {
  const { loaders, link, storage, identity, newId, lifecycle, messages, drops, context, endpoint, writeKey } =
    parts;
  useJson(parts.json);
  const outbox = createOutbox(drops.count);
  const ledger = createDecisionLedger(parts.decisions);
  let prompts: Prompts | undefined;
  const visitorId = () => currentVisitor(identity, newId, Date.now()).anonymousId;
  const sessionId = (now: number) => currentSessionId(identity, newId, now);
  /** What is told of the person is about these touchpoints': visitor and session may be others by now. */
  const isCurrent = ({ json, context }: Entry) =>
    json.includes(visitorId()) && context.includes(sessionId(Date.now()));
  const delivery = createDelivery({
    outbox,
    lifecycle,
    drops: createDropReport(drops),
    decisions: ledger,
    post: async (entries, told, manner) => {
      const body = toBatchBody(entries, { writeKey, context, ...told }, Date.now());
      const outcome = await postBatch(endpoint, body, manner);
      const last = entries.at(-1);
      if (outcome.kind === 'done' && outcome.lead && last && isCurrent(last)) prompts?.learn(outcome.lead);
      return outcome;
    },
  });
  const stopMessages = messages.take((message) => {
    outbox.add(message);
    delivery.wake();
  });
  const isSparing = savesData();
  const off = isSparing ? new Set([...parts.off, ...SPARED]) : parts.off;
  const capture = loadCapture(loaders.capture, { ...parts, off }, parts.recordPlain);
  const stopHandingOver = link?.handOver(visitorId);

  const unknown = [...parts.off].filter((each) => !CAPTURE_NAMES.includes(each));
  warnOf(unknown.length > 0 ? { off: unknown } : {}, loaders);

  let isStopped = false;
  whenIdle(() => {
    if (isStopped) return;
    const device = currentDevice();
    context.device = { type: device };
    context.timezone = timeZone();
    outbox.open(openOutboxStore());
    if (!loaders.prompts || isSparing) return;
    prompts = loadPrompts(() => getPrompts(endpoint, writeKey), {
      ...parts,
      ...loaders.prompts,
      ledger,
      device,
      cart: () => filledCart(storage),
      visitorId,
      sessionId,
    });
  });

  return {
    settled: capture.settled,
    flush: delivery.flush,
    stop() {
      isStopped = true;
      capture.stop();
      prompts?.stop();
      parts.decisions.length = 0;
      stopHandingOver?.();
      stopMessages();
      drops.count('consent_withdrawn', outbox.clear());
    },
  };
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
