import type { CountDrop } from './drops.ts';
import type { OutboxStore } from './outbox-store.ts';
import { MAX_MESSAGE_BYTES, type Message } from './protocol.ts';

/** A touchpoint on its way, written as JSON once: later changes by the host cannot reach it. */
export interface Entry {
  /** The message's id. Ids sort by time. */
  id: string;
  json: string;
  /** In UTF-8, which is what the limits count. */
  bytes: number;
}

export const MAX_OUTBOX_ENTRIES = 1_000;

/**
 * The unsent touchpoints of this page, and those that earlier pages left behind. Memory is what counts here;
 * the store behind it serves the next page only, so a store that fails or hangs delays nothing.
 */
export interface Outbox {
  add(message: Message & { messageId: string }): void;
  /** Starts persisting, and takes over what earlier pages could not deliver. */
  open(): Promise<void>;
  /** What is neither delivered nor being delivered. */
  waiting(): { count: number; bytes: number };
  /** The oldest waiting entries within both limits, now being delivered. */
  take(maxCount: number, maxBytes: number): Entry[];
  /** They wait again. */
  putBack(entries: Entry[]): void;
  /** They are delivered, or given up. */
  remove(entries: Entry[]): void;
  /** Forgets all, here and in the store; returns how many that were. */
  clear(): number;
}

export function createOutbox(store: OutboxStore, countDrop: CountDrop): Outbox {
  let entries: Entry[] = [];
  let beingDelivered = new Set<string>();
  let persists = false;

  const isWaiting = ({ id }: Entry) => !beingDelivered.has(id);

  function trim() {
    const excess = entries.length - MAX_OUTBOX_ENTRIES;
    if (excess <= 0) return;
    const dropped = entries.splice(0, excess);
    if (persists) store.remove(dropped.map(({ id }) => id));
    countDrop('outbox_full', excess);
  }

  return {
    add(message) {
      let json: string;
      try {
        json = JSON.stringify(message);
      } catch {
        return countDrop('not_serializable');
      }
      const entry = { id: message.messageId, json, bytes: utf8Bytes(json) };
      if (entry.bytes > MAX_MESSAGE_BYTES) return countDrop('too_large');
      entries.push(entry);
      if (persists) store.save([entry]);
      trim();
    },

    async open() {
      persists = true;
      // Of these the store will speak too, even of those delivered by the time it answers.
      const known = new Set(entries.map(({ id }) => id));
      store.save(entries);
      const stored = await store.load();
      // Consent may have been withdrawn meanwhile.
      if (!persists) return;
      const leftBehind = stored.filter(({ id }) => !known.has(id));
      entries = [...leftBehind, ...entries].sort((a, b) => (a.id < b.id ? -1 : 1));
      trim();
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
      if (persists) store.remove([...ids]);
    },

    clear() {
      const count = entries.length;
      entries = [];
      beingDelivered = new Set();
      persists = false;
      store.clear();
      return count;
    },
  };
}

export function bytesOf(entries: Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
