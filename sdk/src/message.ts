import type { JsonObject, MessageContext } from './protocol.ts';

/** What the host tells about a touchpoint or a person. What JSON cannot write, the outbox refuses. */
export type Properties = Record<string, unknown>;

/** What a message says, without whose it is. */
export type Content =
  | { type: 'track'; event: string; properties: Properties }
  | { type: 'page'; properties: Properties }
  | { type: 'identify'; traits: Properties };

/** The same as the wire has it. That the host's part is JSON shows when it is written. */
export type WireContent = Content & { properties: JsonObject; traits: JsonObject };

/** A batch of messages that are JSON already; `context` is what holds for all of them. */
export function toBatchBody(
  messages: string[],
  writeKey: string,
  context: MessageContext,
  now: number,
): string {
  const envelope = JSON.stringify({ sentAt: new Date(now).toISOString(), writeKey, context });
  return `{"batch":[${messages.join(',')}],${envelope.slice(1)}`;
}
