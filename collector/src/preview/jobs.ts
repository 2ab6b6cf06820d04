/** The questions that go over all of history, as they are handed to the thread that answers them. Pure. */
import type { Outside } from '../simulation/life.ts';
import type { Site } from '../site/schema.ts';
import type { LeadHistory } from './observe.ts';
import { createPreview, type PreviewReport } from './preview.ts';
import type { SequencePreview } from './sequence-counts.ts';
import { createSuggest, type Suggestion } from './suggest.ts';
import { createTimeMachine } from './time-machine.ts';

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
export interface SequencesJob {
  kind: 'sequences';
  siteId: number;
  draft: Site;
  days: number;
  now: number;
}
export type HistoryJob = PreviewJob | SuggestJob | SequencesJob;

/** Since when a person must not be written to about a topic; `''` is everything. */
export interface Suppressed {
  topic: string;
  at: number;
}

export interface HistorySource {
  leads(): Iterable<LeadHistory>;
  /** By the lead's id. */
  suppressed(): ReadonlyMap<string, readonly Suppressed[]>;
}

export function runJob(
  job: HistoryJob,
  source: HistorySource,
  outside: Outside,
): PreviewReport | Suggestion | SequencePreview {
  const question = questionOf(job, source, outside);
  for (const history of source.leads()) question.add(history);
  return question.report();
}

function questionOf(job: HistoryJob, source: HistorySource, outside: Outside) {
  switch (job.kind) {
    case 'preview':
      return createPreview(job.live, job.draft, job.days, job.now);
    case 'suggest':
      return createSuggest(job.site, job.days, job.now);
    case 'sequences':
      return createTimeMachine(job.draft, source.suppressed(), outside, job.days, job.now);
  }
}
