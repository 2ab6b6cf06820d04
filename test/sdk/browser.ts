import type { Handrail } from '@handrail/sdk';
import type { Message, TrackMessage } from '@handrail/sdk/protocol';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** The instance, or before it the queue. */
    handrail: Handrail & { push(...calls: unknown[]): void };
    dataLayer: unknown[];
    /** Google's snippet: pushes its `arguments`. */
    gtag(...command: unknown[]): void;
  }
}

/** The tag's script has run. */
export const isRunning = (page: Page) => page.waitForFunction(() => 'flush' in (window.handrail ?? {}));

export const flush = (page: Page) => page.evaluate(() => window.handrail.flush());

/** What a message is about, for lists of expected ones. */
export const nameOf = (message: Message): string =>
  message.type === 'track' ? message.event : `${message.type} ${message.context?.page?.path ?? ''}`;

export const tracked = (messages: Message[], name: string): TrackMessage[] =>
  messages.filter((message): message is TrackMessage => message.type === 'track' && message.event === name);

/** What the browser keeps of ours for this page's origin. */
export const traces = (page: Page) =>
  page.evaluate(async () => ({
    keys: Object.keys(localStorage).filter((key) => key.startsWith('handrail:')),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    cookies: document.cookie,
  }));

/** The ids of what waits in the persisted outbox; `null` while there is none. Looking must not create it. */
export const persisted = (page: Page): Promise<string[] | null> =>
  page.evaluate(async () => {
    const databases = await indexedDB.databases();
    if (!databases.some(({ name }) => name === 'handrail')) return null;
    return new Promise<string[] | null>((resolve, reject) => {
      const opening = indexedDB.open('handrail');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const keys = database.transaction('outbox').objectStore('outbox').getAllKeys();
        keys.onerror = () => reject(keys.error);
        keys.onsuccess = () => {
          database.close();
          resolve(keys.result as string[]);
        };
      };
    });
  });
