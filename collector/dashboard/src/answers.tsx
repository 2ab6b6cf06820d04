import type { Answer } from './api-types.ts';
import { type SiteFormats, words } from './format.ts';
import { LeadLink } from './lead-link.tsx';
import type { Live } from './live.ts';
import { pageText } from './page-text.ts';
import { Panel } from './panel.tsx';
import { When } from './when.tsx';

/** A longer answer is folded: one visitor's essay must not push the others off the page. */
const FOLD_CHARS = 280;

interface AnswersProps {
  answers: Live<Answer[]>;
  formats: SiteFormats;
  onOpenLead: (leadId: string) => void;
}

export function Answers({ answers, formats, onOpenLead }: AnswersProps) {
  return (
    <Panel
      title="Recent answers"
      name="answers"
      live={answers}
      formats={formats}
      empty={
        <p>
          <strong>No answers yet.</strong> They come from the surveys and exit polls under{' '}
          <code>prompts</code> in your site file.
        </p>
      }
    >
      {(items) => (
        <ul class="rows">
          {items.map((answer) => (
            <AnswerRow
              key={answer.id}
              answer={answer}
              nowMs={answers.triedAtMs}
              formats={formats}
              onOpenLead={onOpenLead}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface AnswerRowProps {
  answer: Answer;
  nowMs: number;
  formats: SiteFormats;
  onOpenLead: (leadId: string) => void;
}

function AnswerRow({ answer, nowMs, formats, onOpenLead }: AnswerRowProps) {
  const lead = { id: answer.leadId, name: answer.leadName, email: answer.leadEmail };
  const page = pageText(answer.page);
  return (
    <li class="row answer">
      <div class="row-main">
        <p class="small muted">
          {words(answer.promptType)} <bdi>{answer.promptId}</bdi> ›{' '}
          <bdi>{answer.questionText ?? answer.questionId}</bdi>
        </p>
        <Value answer={answer} />
        <p class="small muted">
          <LeadLink lead={lead} onOpenLead={onOpenLead} /> ·{' '}
          <When iso={answer.timestamp} nowMs={nowMs} formats={formats} />
          {page && (
            <>
              {' '}
              · <bdi>{page}</bdi>
            </>
          )}
        </p>
      </div>
    </li>
  );
}

function Value({ answer: { questionType, value } }: { answer: Answer }) {
  if (questionType === 'nps' && typeof value === 'number') {
    return (
      <p class="value">
        {value} <span class="muted small">of 10</span> <NpsBadge score={value} />
      </p>
    );
  }
  const text = String(value);
  if (text.length <= FOLD_CHARS) {
    return (
      <p class="value">
        <bdi>{text}</bdi>
      </p>
    );
  }
  return (
    <details class="value">
      <summary>
        <bdi>{text.slice(0, FOLD_CHARS)}…</bdi>
      </summary>
      <bdi>…{text.slice(FOLD_CHARS)}</bdi>
    </details>
  );
}

/** 9 and 10 promote, 0 to 6 detract: https://www.netpromotersystem.com/about/measuring-your-net-promoter-score/ */
function NpsBadge({ score }: { score: number }) {
  if (score >= 9) return <span class="badge good">Promoter</span>;
  if (score <= 6) return <span class="badge bad">Detractor</span>;
  return <span class="badge">Passive</span>;
}
