import { createStore, promisifyRequest } from 'idb-keyval';
import type { Entry } from './outbox.ts';

/** Where unsent touchpoints wait for other pages. No method throws or rejects. */
export interface OutboxStore {
  save(entries: Entry[]): void;
  remove(ids: string[]): void;
  /** All that is stored, in the order of ids; nothing where the store has failed, or does not answer in time. */
  load(): Promise<Entry[] | undefined>;
  /** Runs the action, which never rejects, while no other tab of the site runs its own. */
  inOneTab(action: () => Promise<void>): Promise<void>;
}

/** Some browsers never answer (https://bugs.webkit.org/show_bug.cgi?id=226547); delivery waits no longer than this. */
const LOAD_TIMEOUT_MS = 1_000;
/** A tab that the browser has put to sleep must not hold up the others for ever. */
const MAX_WAIT_FOR_TABS_MS = 60_000;

/**
 * One key for each touchpoint, not one list: two tabs can then save and remove at once without undoing each
 * other's work.
 */
export function openOutboxStore(): OutboxStore {
  const database = createStore('handrail', 'outbox');
  let unsaved: Entry[] = [];
  let hasFailed = false;

  async function use<T>(
    mode: IDBTransactionMode,
    action: (store: IDBObjectStore) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await database(mode, (store) => {
        const { db } = store.transaction;
        // Consent is withdrawn, here or in another tab, and the database is to be deleted.
        db.onversionchange = () => db.close();
        return action(store);
      });
    } catch {
      hasFailed = true;
      return undefined;
    }
  }

  function saveNow() {
    const entries = unsaved;
    unsaved = [];
    if (entries.length === 0) return;
    void use('readwrite', (store) => {
      for (const entry of entries) store.put(entry, entry.id);
      store.transaction.commit();
      return promisifyRequest(store.transaction);
    });
  }

  return {
    save(entries) {
      // What is recorded in one task goes in one transaction: a page that is being left ends those that have
      // not begun, and each takes its own trip to the disk.
      if (unsaved.push(...entries) === entries.length) queueMicrotask(saveNow);
    },
    remove(ids) {
      // What is not saved yet must not be saved after this.
      unsaved = unsaved.filter(({ id }) => !ids.includes(id));
      void use('readwrite', (store) => {
        for (const id of ids) store.delete(id);
        return promisifyRequest(store.transaction);
      });
    },
    load: () =>
      new Promise((resolve) => {
        setTimeout(resolve, LOAD_TIMEOUT_MS, undefined);
        // Transactions keep their order: what is saved first is among what is loaded.
        saveNow();
        void use('readonly', (store) => promisifyRequest<Entry[]>(store.getAll())).then((entries) =>
          resolve(hasFailed ? undefined : entries),
        );
      }),
    // Pages on `http://` and in sandboxed frames have no locks: there two tabs may send the same touchpoint, of
    // which the collector keeps one.
    async inOneTab(action) {
      try {
        const signal = AbortSignal.timeout(MAX_WAIT_FOR_TABS_MS);
        await navigator.locks.request('handrail', { signal }, action);
      } catch {
        await action();
      }
    },
  };
}
