import { useCallback, useId } from 'preact/hooks';
import type { Api } from './api.ts';
import type { SequenceResults, SplitResult, StepResult } from './api-types.ts';
import { DetailDialog } from './detail-dialog.tsx';
import { FactList } from './fact-list.tsx';
import { countText, durationText, percentText, pointsText, type SiteFormats } from './format.ts';
import { LiftSummary } from './lift-summary.tsx';
import { useLive } from './live.ts';

interface SequenceDetailProps {
  api: Api;
  sequenceId: string;
  formats: SiteFormats;
  onClose: () => void;
}

/** What one sequence brings, and what became of each of its steps. */
export function SequenceDetail({ api, sequenceId, formats, onClose }: SequenceDetailProps) {
  const results = useLive(
    useCallback((signal: AbortSignal) => api.sequenceResults(sequenceId, signal), [api, sequenceId]),
  );
  return (
    <DetailDialog title={sequenceId} live={results} onClose={onClose}>
      {(data) => (
        <>
          <LiftSummary lift={data.lift} within={data.within} currency={data.currency} formats={formats} />
          <Steps results={data} />
          {data.splits.map((split) => (
            <SplitTable key={split.stepId} split={split} within={data.within} />
          ))}
        </>
      )}
    </DetailDialog>
  );
}

function Steps({ results: { steps, from, to, within } }: { results: SequenceResults }) {
  const headingId = useId();
  return (
    <section class="steps" aria-labelledby={headingId}>
      <h3 id={headingId}>Step by step</h3>
      <p class="muted small">
        Runs that began from {from} to {to}. Goal: reached within {durationText(within)} of sending.
      </p>
      <ol>
        {steps.map((step) => (
          <Step key={step.stepId} step={step} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step }: { step: StepResult }) {
  const { what, isLive, channel, due, waiting, sent, delivered, opened, clicked, goal, stopped, outcomes } =
    step;
  const figures = [
    ['Due', countText(due)],
    ['Still to come', waiting > 0 && countText(waiting)],
    ['Sent', countText(sent)],
    ['Delivered', channel === 'email' && countText(delivered)],
    ['Opened', opened !== null && countText(opened)],
    ['Clicked', clicked !== null && countText(clicked)],
    ['Goal', goal && percentText(goal.percent)],
  ] as const;
  return (
    <li>
      <h4>
        <bdi>{what}</bdi> {!isLive && <span class="badge">Earlier version</span>}
      </h4>
      {channel !== null && <FactList facts={figures} />}
      <ul class="small muted">
        {[...stopped, ...outcomes].map(({ says, count }) => (
          <li key={says}>
            {countText(count)} × {says}
          </li>
        ))}
        {channel === null && outcomes.length === 0 && <li>Nobody has come to it yet.</li>}
      </ul>
    </li>
  );
}

function SplitTable({ split, within }: { split: SplitResult; within: string }) {
  return (
    <table>
      <caption>
        Split {split.stepId}{' '}
        <span class="muted small">
          {split.needs === null
            ? `Goal within ${durationText(within)}.`
            : `Not enough data: it takes ${split.needs} people in each arm.`}
        </span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Arm</th>
          <th scope="col" class="number">
            People
          </th>
          <th scope="col" class="number">
            Goal
          </th>
          <th scope="col" class="number">
            Against the first
          </th>
        </tr>
      </thead>
      <tbody>
        {split.arms.map(({ id, people, reached, rate, difference }) => (
          <tr key={id}>
            <th scope="row">
              <bdi>{id}</bdi>
            </th>
            <td class="number">{countText(people)}</td>
            <td class="number">
              {split.needs === null && rate ? percentText(rate.percent) : countText(reached)}
            </td>
            <td class="number">
              {difference
                ? `${pointsText(difference.value)} (${pointsText(difference.low)} to ${pointsText(difference.high)})`
                : '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
