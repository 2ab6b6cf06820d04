import type { AnswerValue, LeadFacts, PromptArm } from '../protocol.ts';
import type { KeyValueStorage } from '../storage.ts';

const KEY = 'prompts';

/** What this browser knows of one visitor, over pages and tabs, to decide about prompts. Times are milliseconds UTC. */
export interface Memory {
  /** Whose it is: somebody else on the same browser starts with none. */
  visitorId: string;
  session: SessionMemory;
  /** When touchpoints happened that a prompt asks about, by test; latest last. */
  times: { [test: string]: number[] };
  /** Delayed triggers that have fired, by prompt. */
  due: { [promptId: string]: Due };
  cartChangedAt?: number;
  prompts: { [promptId: string]: PromptMemory };
  /** When prompts were shown, latest last. */
  contacts: number[];
  /** Since the collector told last; by `promptId/questionId`, without what was typed, which has no business in a browser's storage. */
  answers: { [question: string]: AnswerValue };
  /** What the collector told last, … */
  lead?: LeadFacts;
  /** … when, by this browser's clock, … */
  leadAt?: number;
  /** … and the session that its number and source are of. */
  leadSessionId?: string;
}

export interface SessionMemory {
  id: string;
  startedAt: number;
  pageViews: number;
  /** Prompts shown. */
  shown: number;
  /** Query of the page that it began with. */
  search: string;
}

export interface Due {
  at: number;
  /** The page that is about to fire it. */
  claim?: string;
}

/** What became of a prompt in this browser. A time is 0 where it never was. */
export interface PromptMemory {
  shown: number;
  lastShownAt: number;
  answeredAt: number;
  dismissedAt: number;
  arm: PromptArm | null;
}

/** Shared by all tabs, so it is read afresh each time. */
export interface MemoryStore {
  read(now: number): Memory;
  /** Changes it in place. */
  change(now: number, edit: (memory: Memory) => void): void;
}

export interface MemoryParts {
  storage: KeyValueStorage;
  visitorId(): string;
  sessionId(now: number): string;
  /** Query of the page as it is now, without what is private. */
  search(): string;
}

export function openMemory({ storage, visitorId, sessionId, search }: MemoryParts): MemoryStore {
  function read(now: number): Memory {
    let memory = storage.get<Memory>(KEY);
    if (memory?.visitorId !== visitorId()) {
      const none = { times: {}, due: {}, prompts: {}, contacts: [], answers: {} };
      memory = { ...none, visitorId: visitorId(), session: newSession('', now, '') };
    }
    const id = sessionId(now);
    if (memory.session.id !== id) memory.session = newSession(id, now, search());
    return memory;
  }
  return {
    read,
    change(now, edit) {
      const memory = read(now);
      edit(memory);
      storage.set(KEY, memory);
    },
  };
}

function newSession(id: string, startedAt: number, search: string): SessionMemory {
  return { id, startedAt, pageViews: 0, shown: 0, search };
}
