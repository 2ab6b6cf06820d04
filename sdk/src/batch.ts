import { writeJson } from './json.ts';
import type { Entry } from './outbox.ts';
import type { Drops, MessageContext, PromptDecisionCounts } from './protocol.ts';

/** What a batch says besides its messages. */
export interface Envelope {
  writeKey: string;
  /** What holds for every message there is. */
  context: MessageContext;
  drops: Drops;
  /** About prompts. [decisions=none] */
  decisions?: PromptDecisionCounts | undefined;
}

/**
 * A batch of messages that are JSON already. Most batches come from one page: then its context, about half of the
 * bytes, is said once for all.
 */
export function toBatchBody(entries: Entry[], { context, ...envelope }: Envelope, now: number): string {
  const shared = entries.every((entry) => entry.context === entries[0]?.context) ? entries[0] : undefined;
  const messages = entries.map((entry) =>
    shared ? entry.json : withField(entry.json, 'context', entry.context),
  );
  const common = { ...envelope, sentAt: new Date(now).toISOString() };
  const commonContext = writeJson(context);
  return withField(
    withField(writeJson(common), 'batch', `[${messages.join()}]`),
    'context',
    shared ? joined(commonContext, shared.context) : commonContext,
  );
}

/** Both are JSON objects with at least one field. */
function joined(object: string, other: string): string {
  return `${object.slice(0, -1)},${other.slice(1)}`;
}

function withField(object: string, name: string, json: string): string {
  return joined(object, `{"${name}":${json}}`);
}
