import { quietly } from '../quietly.ts';
import { CONTROL, closestTo, describe, targetOf } from './elements.ts';
import type { Tools } from './tools.ts';

/** What a submit asks for is answered by then. */
const REQUEST_MS = 5_000;
/** An error so soon after a click is taken for its consequence. */
const ERROR_MS = 1_000;
const MAX_MESSAGE_CHARS = 200;
/** Requests of scripts; pictures and the like are no answer to a submit. */
const SCRIPTED = /^(fetch|xmlhttprequest)$/;

/**
 * `interaction_failed`, once for each interaction: a request that fails after a form was submitted (`kind:
 * 'request'`), an uncaught error or rejection after a click (`kind: 'error'`).
 */
export function watchFailures({ record, listen, signal }: Tools, endpoint: string): void {
  let stopRequests = () => {};
  let clicked: { target: Element; atMs: number } | undefined;

  listen('submit', ({ target, timeStamp }) => {
    stopRequests();
    stopRequests = watchRequests(timeStamp, endpoint, ({ responseStatus, name }) => {
      stopRequests();
      const form = describe(target as Element);
      record('interaction_failed', { kind: 'request', target: form, status: responseStatus, url: name });
    });
  });
  signal.addEventListener('abort', () => stopRequests());

  function fail(error: unknown, atMs: number) {
    if (!clicked || atMs - clicked.atMs > ERROR_MS) return;
    const target = describe(clicked.target);
    clicked = undefined;
    const message = String((error as Error | undefined)?.message ?? error).slice(0, MAX_MESSAGE_CHARS);
    record('interaction_failed', { kind: 'error', target, message });
  }

  listen('click', (event) => {
    const target = closestTo(event, CONTROL) ?? targetOf(event);
    clicked = target && { target, atMs: event.timeStamp };
  });
  listen('error', (event) => {
    // A picture that does not load is told by a plain event. Extensions have errors of their own.
    if (event instanceof ErrorEvent && !/-extension:/.test(event.filename)) {
      fail(event.error ?? event.message, event.timeStamp);
    }
  });
  listen('unhandledrejection', ({ reason, timeStamp }) => fail(reason, timeStamp));
}

/**
 * The page's `fetch` stays its own: the browser's resource timing tells of failures too. Returns how to stop, which
 * happens by itself after 5 s.
 */
function watchRequests(
  fromMs: number,
  endpoint: string,
  onFailure: (request: PerformanceResourceTiming) => void,
): () => void {
  const observer = new PerformanceObserver(
    quietly((list) => {
      const failed = (list.getEntries() as PerformanceResourceTiming[]).find(
        (entry) => entry.startTime >= fromMs && !entry.name.startsWith(endpoint) && hasFailed(entry),
      );
      if (failed) onFailure(failed);
    }),
  );
  const timer = setTimeout(() => observer.disconnect(), REQUEST_MS);
  observer.observe({ type: 'resource' });
  return () => {
    clearTimeout(timer);
    observer.disconnect();
  };
}

/**
 * Without an answer, also where the page has given up waiting, the status is 0; so it is for what another origin keeps
 * to itself, which may be well.
 */
function hasFailed({ initiatorType, responseStatus, name }: PerformanceResourceTiming): boolean {
  if (!SCRIPTED.test(initiatorType)) return false;
  return responseStatus >= 400 || (responseStatus === 0 && name.startsWith(`${location.origin}/`));
}
