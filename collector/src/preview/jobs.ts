/** The questions that go over all of history, as they are handed to the thread that answers them. Pure. */
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
  const question =
    job.kind === 'preview'
      ? createPreview(job.live, job.draft, job.days, job.now)
      : createSuggest(job.site, job.days, job.now);
  for (const history of histories) question.add(history);
  return question.report();
}
