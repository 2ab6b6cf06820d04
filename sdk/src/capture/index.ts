import type { CaptureName } from '../capture-names.ts';
import type { CommerceCalls } from '../commerce-calls.ts';
import type { DataLayer } from '../data-layer.ts';
import type { KeyValueStorage } from '../storage.ts';
import { watchClicks } from './clicks.ts';
import { watchCommerce } from './commerce.ts';
import { watchEngagement } from './engagement.ts';
import { watchFailures } from './failures.ts';
import { watchForms } from './forms.ts';
import { createTools, type ToolParts } from './tools.ts';
import { loadVitalsWhenIdle, type Vitals } from './vitals-loader.ts';

export type { Vitals };

/** What capture may use of the core. All of it is there once consent is granted, and not before. */
export interface CaptureParts extends Omit<ToolParts, 'signal'> {
  storage: KeyValueStorage;
  commerceCalls: CommerceCalls;
  /** `undefined` where the page has none, or the site wants none of it. */
  dataLayer: DataLayer | undefined;
  /** Whether what the page told others before Handrail ran counts too: consent was there from the start. */
  fromStart: boolean;
  off: ReadonlySet<CaptureName>;
  /** The collector's address: requests of our own are no failure of the page's. */
  endpoint: string;
  loadVitals(): Promise<Vitals>;
  /** Milliseconds UTC. */
  now(): number;
}

/** Starts every listener that is not switched off; returns how to stop them all, as when consent is withdrawn. */
export function startCapture(parts: CaptureParts): () => void {
  const { storage, record, commerceCalls, dataLayer, fromStart, off, endpoint, loadVitals, now } = parts;
  const stop = new AbortController();
  const { signal } = stop;
  const tools = createTools({ ...parts, signal });
  const isOn = (name: CaptureName) => !off.has(name);

  watchCommerce({
    storage,
    calls: commerceCalls,
    others: isOn('commerce') ? { dataLayer, fromStart } : undefined,
    record,
    now,
    signal,
  });
  if (isOn('engagement')) watchEngagement(tools);
  if (isOn('clicks')) watchClicks(tools);
  if (isOn('forms')) watchForms(tools);
  if (isOn('failures')) watchFailures(tools, endpoint);
  loadVitalsWhenIdle(loadVitals, tools, isOn);
  return () => stop.abort();
}
