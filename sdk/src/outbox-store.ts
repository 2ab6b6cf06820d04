import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import type { Entry } from './outbox.ts';

/** Where unsent touchpoints wait for the next page. No method throws, rejects or is worth waiting for. */
export interface OutboxStore {
  save(entries: Entry[]): void;
  remove(ids: string[]): void;
  clear(): void;
  load(): Promise<Entry[]>;
}

/**
 * One key for each touchpoint, not one list: two tabs can then save and remove at once without undoing each
 * other's work. What both tabs send, the collector counts once.
 */
export function openOutboxStore(): OutboxStore {
  let database: UseStore | undefined;
  let unsaved: Entry[] = [];

  /** Opened on first use: before consent there must be no database, not even an empty one. */
  async function use<T>(
    mode: IDBTransactionMode,
    action: (store: IDBObjectStore) => T | PromiseLike<T>,
  ): Promise<T | undefined> {
    try {
      database ??= createStore('handrail', 'outbox');
      return await database(mode, action);
    } catch {
      return undefined;
    }
  }

  return {
    save(entries) {
      // What is recorded in one task goes in one transaction: a page that is being left ends those that have
      // not begun, and each takes its own trip to the disk.
      if (unsaved.push(...entries) > entries.length) return;
      queueMicrotask(() => {
        const saved = unsaved;
        unsaved = [];
        void use('readwrite', (store) => {
          for (const entry of saved) store.put(entry, entry.id);
          store.transaction.commit();
        });
      });
    },
    remove: (ids) =>
      void use('readwrite', (store) => {
        for (const id of ids) store.delete(id);
      }),
    clear() {
      unsaved = [];
      void use('readwrite', (store) => store.clear());
    },
    load: async () => (await use('readonly', (store) => promisifyRequest<Entry[]>(store.getAll()))) ?? [],
  };
}
