import type { CountDrop } from './drops.ts';
import { writeJson } from './json.ts';
import type { OutboxStore } from './outbox-store.ts';
import { MAX_MESSAGE_BYTES, type Message } from './protocol.ts';

/** A touchpoint on its way, written as JSON once: later changes by the host cannot reach it. */
export interface Entry {
  /** The message's id. Ids sort by time. */
  id: string;
  /** The message without its context, … */
  json: string;
  /** … which a batch can say once for all of its messages. */
  context: string;
  /** Of both, in UTF-8, which is what the limits count. */
  bytes: number;
}

export const MAX_OUTBOX_ENTRIES = 1_000;

/**
 * The unsent touchpoints of this page, and those that other pages have left behind. Memory is what counts here;
 * the store behind it is for the other pages, so one that fails, hangs or cannot be had costs nothing here.
 */
export interface Outbox {
  add(message: Message & { messageId: string }): void;
  /** Persists from now on. */
  open(store: OutboxStore): void;
  /**
   * Takes over what other pages could not deliver, forgets what they did, and runs the action, which never rejects,
   * before another tab does the same.
   */
  withBacklog(action: () => Promise<void>): Promise<void>;
  /** What is neither delivered nor being delivered. */
  waiting(): { count: number; bytes: number };
  /** The oldest waiting entries within both limits, now being delivered. */
  take(maxCount: number, maxBytes: number): Entry[];
  /** They wait again. */
  putBack(entries: Entry[]): void;
  /** They are delivered, or given up. */
  remove(entries: Entry[]): void;
  /** Forgets all, and the store; returns how many that were. */
  clear(): number;
}

export function createOutbox(countDrop: CountDrop): Outbox {
  let entries: Entry[] = [];
  let beingDelivered = new Set<string>();
  let store: OutboxStore | undefined;

  const isWaiting = ({ id }: Entry) => !beingDelivered.has(id);

  function trim() {
    const excess = entries.length - MAX_OUTBOX_ENTRIES;
    if (excess <= 0) return;
    const dropped = entries.splice(0, excess);
    store?.remove(dropped.map(({ id }) => id));
    countDrop('outbox_full', excess);
  }

  return {
    add(message) {
      let entry: Entry;
      try {
        entry = toEntry(message);
      } catch {
        return countDrop('not_serializable');
      }
      if (entry.bytes > MAX_MESSAGE_BYTES) return countDrop('too_large');
      entries.push(entry);
      store?.save([entry]);
      trim();
    },

    open(opened) {
      store = opened;
      store.save(entries);
    },

    async withBacklog(action) {
      if (!store) return action();
      await store.inOneTab(async () => {
        const before = new Set(entries);
        const stored = await store?.load();
        // Consent may have been withdrawn meanwhile.
        if (stored && store) entries = [...stored, ...entries.filter((entry) => !before.has(entry))];
        trim();
        await action();
      });
    },

    waiting() {
      const waiting = entries.filter(isWaiting);
      return { count: waiting.length, bytes: bytesOf(waiting) };
    },

    take(maxCount, maxBytes) {
      const taken: Entry[] = [];
      let room = maxBytes;
      for (const entry of entries) {
        if (!isWaiting(entry)) continue;
        room -= entry.bytes;
        if (room < 0 || taken.length === maxCount) break;
        taken.push(entry);
        beingDelivered.add(entry.id);
      }
      return taken;
    },

    putBack(taken) {
      for (const { id } of taken) beingDelivered.delete(id);
    },

    remove(taken) {
      const ids = new Set(taken.map(({ id }) => id));
      entries = entries.filter(({ id }) => !ids.has(id));
      for (const id of ids) beingDelivered.delete(id);
      store?.remove([...ids]);
    },

    clear() {
      const count = entries.length;
      entries = [];
      beingDelivered = new Set();
      store = undefined;
      return count;
    },
  };
}

/** Throws where the message cannot be written as JSON. */
export function toEntry({ context = {}, ...message }: Message & { messageId: string }): Entry {
  const json = writeJson(message);
  const contextJson = writeJson(context);
  return { id: message.messageId, json, context: contextJson, bytes: utf8Bytes(json + contextJson) };
}

export function bytesOf(entries: Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
