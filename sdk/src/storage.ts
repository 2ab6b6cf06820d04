import { readJson, writeJson } from './json.ts';

const PREFIX = 'handrail:';

/** Small values that outlive the page. Never throws; where the browser refuses, values last for the page. */
export interface KeyValueStorage {
  /** `undefined` where there is none, or where what is there cannot be read. */
  get<T>(key: string): T | undefined;
  set(key: string, value: unknown): void;
  remove(key: string): void;
  /** Removes everything of ours, and nothing else. */
  clear(): void;
}

/** @param area reading the property itself throws in a sandboxed iframe and where the visitor blocks site data */
export function openStorage(area: () => Storage): KeyValueStorage {
  const memory = new Map<string, string>();

  function quietly<T>(action: (area: Storage) => T): T | undefined {
    try {
      return action(area());
    } catch {
      return undefined;
    }
  }

  const remove = (key: string) => {
    memory.delete(key);
    quietly((area) => area.removeItem(PREFIX + key));
  };

  return {
    get<T>(key: string): T | undefined {
      // The area first: another tab may have written since.
      const text = quietly((area) => area.getItem(PREFIX + key)) ?? memory.get(key);
      try {
        return text === undefined ? undefined : (readJson(text) as T);
      } catch {
        return undefined;
      }
    },
    set(key, value) {
      // A full area keeps the old value, which would then hide the new one.
      remove(key);
      const text = writeJson(value);
      memory.set(key, text);
      quietly((area) => area.setItem(PREFIX + key, text));
    },
    remove,
    clear() {
      memory.clear();
      quietly((area) => {
        for (const key of Object.keys(area)) if (key.startsWith(PREFIX)) area.removeItem(key);
      });
    },
  };
}
