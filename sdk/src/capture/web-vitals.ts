import { type MetricType, onCLS, onINP, onLCP } from 'web-vitals';
import type { PageContext } from '../protocol.ts';
import { quietly } from '../quietly.ts';
import type { Tools } from './tools.ts';

/**
 * `web_vital`: LCP, INP and CLS, each when it is final: at the first input, or as the page is left. They are
 * `measured`'s, the page that was loaded, whichever route it shows by then.
 */
export function watchWebVitals({ record, signal, on }: Tools, measured: PageContext): void {
  const tell = quietly(({ name, value, rating }: MetricType) => {
    // web-vitals cannot be stopped.
    if (signal.aborted) return;
    const digits = name === 'CLS' ? 4 : 0;
    record('web_vital', { metric: name, value: Number(value.toFixed(digits)), rating }, measured);
  });
  onLCP(tell);
  onCLS(tell);

  // Left to itself, web-vitals 6 keeps the last interaction to itself where the page is left before it has been idle: as
  // the page is hidden it first reports, and then looks at what was waiting (lib/whenIdleOrHidden.js).
  let inp: MetricType | undefined;
  onINP(
    (metric) => {
      inp = metric;
    },
    { reportAllChanges: true },
  );
  on('leave', () => {
    // Not by `pagehide`, which comes before.
    if (!document.hidden || !inp) return;
    tell(inp);
    inp = undefined;
  });
}
