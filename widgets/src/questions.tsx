import type { Question, QuestionPrompt } from '@handrail/sdk/protocol';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Field, readAnswer } from './fields/field.tsx';
import { Frame, TITLE_ID } from './frame.tsx';
import type { Answer } from './index.ts';
import { strings } from './strings.ts';

const THANKS_FOR_MS = 4_000;

export interface QuestionsProps {
  prompt: QuestionPrompt;
  onAnswer: (answer: Answer) => void;
  /** After the last question. */
  onComplete: () => void;
  /** Closed by the visitor, or after the thanks by itself. */
  onClose: () => void;
}

/** Asks one question after the other, then says thanks. */
export function Questions({
  prompt: { questions, thanks = strings.thanks },
  kicker,
  onAnswer,
  onComplete,
  onClose,
}: QuestionsProps & { kicker: (step: number, steps: number) => string }) {
  const [index, setIndex] = useState(0);
  const question = questions[index];

  const answer = (value: Answer['value'] | null, { id, type }: Question): void => {
    if (value !== null) onAnswer({ questionId: id, questionType: type, value });
    setIndex(index + 1);
    if (index + 1 === questions.length) onComplete();
  };

  return (
    <Frame
      kicker={question ? kicker(index + 1, questions.length) : null}
      announcement={questions[0]?.text ?? ''}
      onClose={onClose}
    >
      {question ? (
        <Ask
          key={question.id}
          question={question}
          isFirst={index === 0}
          isLast={index + 1 === questions.length}
          onSubmit={(value) => answer(value, question)}
        />
      ) : (
        <Thanks text={thanks} onClose={onClose} />
      )}
    </Frame>
  );
}

interface AskProps {
  question: Question;
  isFirst: boolean;
  isLast: boolean;
  /** `null`: skipped. */
  onSubmit: (value: Answer['value'] | null) => void;
}

function Ask({ question, isFirst, isLast, onSubmit }: AskProps) {
  const form = useRef<HTMLFormElement>(null);
  // The button that had focus went with the question before; the first question must not take focus.
  useLayoutEffect(() => {
    if (!isFirst) form.current?.querySelector<HTMLElement>('input, textarea')?.focus();
  }, [isFirst]);
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(readAnswer(question, new FormData(event.currentTarget)));
      }}
    >
      <Field question={question} />
      <div class="actions">
        <button type="submit" class="button primary">
          {isLast ? strings.send : strings.next}
        </button>
      </div>
    </form>
  );
}

function Thanks({ text, onClose }: { text: string; onClose: () => void }) {
  const line = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => line.current?.focus(), []);
  useEffect(() => {
    const timer = setTimeout(onClose, THANKS_FOR_MS);
    return () => clearTimeout(timer);
  }, [onClose]);
  return (
    <p id={TITLE_ID} class="title thanks" tabIndex={-1} ref={line}>
      {text}
    </p>
  );
}
