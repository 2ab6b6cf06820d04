import type { AnswerValue, Question } from '@handrail/sdk/protocol';
import { Component, type TargetedSubmitEvent } from 'preact';
import { Field, readAnswer } from './fields/field.tsx';
import { TITLE_ID } from './frame.tsx';
import type { Strings } from './strings.ts';

/**
 * Few and wide enough to be hit as meant: one touch is the answer. A slip among eleven narrow scores could not be taken
 * back, so those wait for the button.
 */
const ANSWERED_BY_ONE_TOUCH: Question['type'][] = ['csat', 'thumbs', 'likert'];

interface AskProps {
  question: Question;
  /** The question's words, with what they recall. */
  text: string;
  isFirst: boolean;
  isLast: boolean;
  strings: Strings;
  /** `null`: skipped. */
  onSubmit: (value: AnswerValue | null) => void;
}

/** One question with its buttons. */
export class Ask extends Component<AskProps, { isMissing: boolean }> {
  override state = { isMissing: false };
  /** The last thing that was pressed was no key: arrow keys choose as well, and must not send. */
  isByPointer = false;

  submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { question, onSubmit } = this.props;
    const value = readAnswer(question, new FormData(event.currentTarget));
    if (value !== null || isOptional(question)) {
      onSubmit(value);
    } else {
      this.setState({ isMissing: true });
      focusFirstInput(event.currentTarget);
    }
  };

  override render({ question, text, isFirst, isLast, strings, onSubmit }: AskProps) {
    return (
      <form
        // The button that had focus went with the question before; the first question must not take focus.
        ref={isFirst ? null : focusFirstInput}
        noValidate
        onPointerDown={() => {
          this.isByPointer = true;
        }}
        onKeyDown={() => {
          this.isByPointer = false;
        }}
        onChange={({ currentTarget }) => {
          if (this.isByPointer && ANSWERED_BY_ONE_TOUCH.includes(question.type))
            currentTarget.requestSubmit();
        }}
        onSubmit={this.submit}
      >
        <p id={TITLE_ID} class="title">
          {text}
        </p>
        <Field question={question} strings={strings} />
        {this.state.isMissing && (
          <p role="alert" class="error">
            {strings.answerNeeded}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="button primary">
            {isLast ? strings.send : strings.next}
          </button>
          {isOptional(question) && (
            <button type="button" class="button" onClick={() => onSubmit(null)}>
              {strings.skip}
            </button>
          )}
        </div>
      </form>
    );
  }
}

function isOptional({ type, optional = type === 'text' }: Question): boolean {
  return optional;
}

function focusFirstInput(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>('input, textarea')?.focus();
}
