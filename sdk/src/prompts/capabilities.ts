import type { Properties } from '../message.ts';
import type { PageLifecycle } from '../page-lifecycle.ts';
import type { Cart, Consent, Device, PageContext, PromptsDocument } from '../protocol.ts';
import type { Queue } from '../queue.ts';
import type { KeyValueStorage } from '../storage.ts';
import type { TouchpointLog } from '../touchpoint-log.ts';
import type { LoadPromptFile } from './files.ts';
import type { DecisionLedger } from './ledger.ts';

/** What the decision about prompts may use of the core. */
export interface PromptCapabilities {
  document: PromptsDocument;
  load: LoadPromptFile;
  storage: KeyValueStorage;
  touchpoints: TouchpointLog;
  lifecycle: PageLifecycle;
  /** Ids of prompts that the page asks for. */
  promptCalls: Queue<string>;
  page(): PageContext;
  cart(): Cart | null;
  /** What the host told of the person on this page. */
  traits(): Record<string, unknown>;
  consent(): Consent;
  device: Device;
  newId(now: number): string;
  visitorId(): string;
  sessionId(now: number): string;
  record(name: string, properties: object): void;
  identify(userId: null, traits: Properties): void;
  ledger: Pick<DecisionLedger, 'expect' | 'settle'>;
}
