import { type MetricType, onCLS, onINP, onLCP } from 'web-vitals';
import type { PageContext } from '../protocol.ts';
import { quietly } from '../quietly.ts';
import type { Tools } from './tools.ts';

/**
 * `web_vital`: LCP, INP and CLS, each when it is final: at the first input, or as the page is left. They are
 * `measured`'s, the page that was loaded, whichever route it shows by then.
 */
export function watchWebVitals({ record, signal }: Tools, measured: PageContext): void {
  const tell = quietly(({ name, value, rating }: MetricType) => {
    // web-vitals cannot be stopped.
    if (signal.aborted) return;
    const digits = name === 'CLS' ? 4 : 0;
    record('web_vital', { metric: name, value: Number(value.toFixed(digits)), rating }, measured);
  });
  onLCP(tell);
  onINP(tell);
  onCLS(tell);
}
