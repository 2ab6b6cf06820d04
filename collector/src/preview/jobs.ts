/** The questions that go over all of history, as they are handed to the thread that answers them. Pure. */
import { compileSite } from '../site/compile.ts';
import type { Site } from '../site/schema.ts';
import type { LeadHistory } from './observe.ts';
import { createPreview, type PreviewReport } from './preview.ts';
import { createSuggest, type Suggestion } from './suggest.ts';

export interface PreviewJob {
  kind: 'preview';
  siteId: number;
  live: Site;
  draft: Site;
  days: number;
  now: number;
}
export interface SuggestJob {
  kind: 'suggest';
  siteId: number;
  site: Site;
  days: number;
  now: number;
}
export type HistoryJob = PreviewJob | SuggestJob;

export function runJob(job: HistoryJob, histories: Iterable<LeadHistory>): PreviewReport | Suggestion {
  // No version: nothing of this is ever written down.
  const compile = (site: Site) => compileSite(job.siteId, 0, site);
  const question =
    job.kind === 'preview'
      ? createPreview(compile(job.live), compile(job.draft), { days: job.days }, job.now)
      : createSuggest(compile(job.site), job.days, job.now);
  for (const history of histories) question.add(history);
  return question.report();
}
