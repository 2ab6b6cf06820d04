import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

const REFRESH_INTERVAL_MS = 15_000;

/** Data kept fresh while the page is visible. */
export interface Live<Data> {
  /** The latest that arrived; undefined before the first. */
  data: Data | undefined;
  /** Why the last try failed; undefined where it did not. */
  error: Error | undefined;
  /** When the last try ended; relative times are told from here. */
  triedAtMs: number;
  /** Loads now, in place of whatever load is under way. */
  refresh(): void;
  /** Changes what is shown, ahead of the next refresh. */
  change(edit: (data: Data) => Data): void;
}

/** `load` must keep its identity: a new one is new data. */
export function useLive<Data>(load: (signal: AbortSignal) => Promise<Data>): Live<Data> {
  const [state, setState] = useState<Pick<Live<Data>, 'data' | 'error' | 'triedAtMs'>>({
    data: undefined,
    error: undefined,
    triedAtMs: 0,
  });
  const underWay = useRef<AbortController | null>(null);

  const refresh = useCallback(async () => {
    underWay.current?.abort();
    const controller = new AbortController();
    underWay.current = controller;
    let outcome: { data: Data; error: undefined } | { error: Error };
    try {
      outcome = { data: await load(controller.signal), error: undefined };
    } catch (error) {
      outcome = { error: error as Error };
    }
    if (controller.signal.aborted) return;
    underWay.current = null;
    setState((before) => ({ ...before, ...outcome, triedAtMs: Date.now() }));
  }, [load]);

  useEffect(() => {
    // A slow load is left to end: starting over at every tick would never show anything.
    const tick = () => {
      if (document.visibilityState === 'visible' && !underWay.current) refresh();
    };
    refresh();
    const timer = setInterval(tick, REFRESH_INTERVAL_MS);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
      underWay.current?.abort();
      underWay.current = null;
    };
  }, [refresh]);

  const change = useCallback((edit: (data: Data) => Data) => {
    setState((before) => (before.data === undefined ? before : { ...before, data: edit(before.data) }));
  }, []);

  return { ...state, refresh, change };
}
