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
import { createDropReport } from '../drop-report.ts';
import type { DropCounter } from '../drops.ts';
import type { NewId } from '../ids.ts';
import { type json, useJson } from '../json.ts';
import type { Link } from '../link/index.ts';
import { type OptionsCheckLoader, warnOf } from '../options-warning.ts';
import { createOutbox } from '../outbox.ts';
import { openOutboxStore } from '../outbox-store.ts';
import type { PromptCapabilities } from '../prompts/index.ts';
import type { MessageContext } from '../protocol.ts';
import type { Queue } from '../queue.ts';
import type { OwnMessage } from '../recorder.ts';
import { currentSessionId } from '../session.ts';
import type { KeyValueStorage } from '../storage.ts';
import { getPrompts, postBatch } from '../transport.ts';
import { currentVisitor } from '../visitor.ts';
import { whenIdle } from '../when-idle.ts';
import { type CaptureLoaders, loadCapture } from './capture.ts';
import { loadPrompts, type PromptLoaders } from './prompts.ts';
import { timeZone } from './time-zone.ts';

/** What a visitor who pays by the byte is spared, prompts apart: all that has a file of its own. */
const SPARED: readonly CaptureName[] = ['vitals', 'rage-clicks', 'dead-clicks'];

/** Where the code comes from that is loaded next. What is left out is not done. */
export interface IdleLoaders extends OptionsCheckLoader {
  capture?: CaptureLoaders | undefined;
  prompts?: PromptLoaders | undefined;
}

export interface IdleParts
  extends Omit<CaptureParts, 'loadVitals'>,
    Pick<PromptCapabilities, 'traits' | 'onDecision'> {
  loaders: IdleLoaders;
  writeKey: string;
  /** This file's own may be the page's. */
  json: typeof json;
  link: Link | undefined;
  /** Of visitor and session. */
  identity: KeyValueStorage;
  newId: NewId;
  /** Taken from now on, and delivered. */
  messages: Queue<OwnMessage>;
  drops: DropCounter;
  /** What every batch says, to which the time zone is added. */
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
  const delivery = createDelivery({
    outbox,
    lifecycle,
    drops: createDropReport(drops),
    post: (entries, untold, manner) => {
      const body = toBatchBody(entries, { writeKey, context, drops: untold }, Date.now());
      return postBatch(endpoint, body, manner);
    },
  });
  const stopMessages = messages.take((message) => {
    outbox.add(message);
    delivery.wake();
  });
  const isSparing = savesData();
  const off = isSparing ? new Set([...parts.off, ...SPARED]) : parts.off;
  const capture = loadCapture(loaders.capture, { ...parts, off }, parts.recordPlain);
  const stopHandingOver = link?.handOver(() => currentVisitor(identity, newId, Date.now()).anonymousId);

  const unknown = [...parts.off].filter((each) => !CAPTURE_NAMES.includes(each));
  warnOf(unknown.length > 0 ? { off: unknown } : {}, loaders);

  let isStopped = false;
  let stopPrompts: (() => void) | undefined;
  whenIdle(() => {
    if (isStopped) return;
    context.timezone = timeZone();
    outbox.open(openOutboxStore());
    if (!loaders.prompts || isSparing) return;
    stopPrompts = loadPrompts(loaders.prompts, () => getPrompts(endpoint, writeKey), {
      ...parts,
      cart: () => filledCart(storage),
      sessionId: (now) => currentSessionId(identity, newId, now),
    });
  });

  return {
    settled: capture.settled,
    flush: delivery.flush,
    stop() {
      isStopped = true;
      capture.stop();
      stopPrompts?.();
      stopHandingOver?.();
      stopMessages();
      drops.count('consent_withdrawn', outbox.clear());
    },
  };
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
