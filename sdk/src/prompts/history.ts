import type { AnswerValue } from '../protocol.ts';
import type { KeyValueStorage } from '../storage.ts';

const KEY = 'prompts';
const MAX_SHOWN = 50;

/** One prompt that this visitor was shown. */
export interface Shown {
  promptId: string;
  sessionId: string;
  /** Milliseconds UTC. */
  at: number;
  /** By question. Texts that the visitor typed are left out: they have no business in the browser's storage. */
  answers: { [questionId: string]: AnswerValue };
}

/** Shared by all tabs, so it is read afresh for each decision. Oldest first. */
export function readHistory(storage: KeyValueStorage): Shown[] {
  return storage.get<Shown[]>(KEY) ?? [];
}

export function addShown(shown: Shown, storage: KeyValueStorage): void {
  storage.set(KEY, [...readHistory(storage), shown].slice(-MAX_SHOWN));
}

/** Notes an answer to the prompt shown last. */
export function addAnswer(questionId: string, value: AnswerValue, storage: KeyValueStorage): void {
  const history = readHistory(storage);
  const last = history.at(-1);
  if (!last) return;
  last.answers[questionId] = value;
  storage.set(KEY, history);
}
