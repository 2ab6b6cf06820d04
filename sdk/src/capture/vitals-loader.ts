import type { CaptureName } from '../capture-names.ts';
import { whenIdle } from '../when-idle.ts';
import type { Tools } from './tools.ts';

export type Vitals = typeof import('./vitals.ts');

const VITAL_SIGNS = ['vitals', 'rage-clicks', 'dead-clicks'] as const;

/** Loads what tells the page's vital signs, when there is nothing else to do and not all of them are switched off. */
export function loadVitalsWhenIdle(
  loadVitals: () => Promise<Vitals>,
  tools: Tools,
  isOn: (name: CaptureName) => boolean,
): void {
  if (!VITAL_SIGNS.some(isOn)) return;
  const { page, signal } = tools;
  const measured = page();

  async function load() {
    if (signal.aborted) return;
    const { startVitals } = await loadVitals();
    if (!signal.aborted) startVitals(tools, isOn, measured);
  }

  // A blocked file costs the vital signs, nothing else.
  whenIdle(() => load().catch(() => {}));
}
