import type { AnswerValue, Question, QuestionPrompt } from '@handrail/sdk/protocol';
import { Component } from 'preact';
import { Ask } from './ask.tsx';
import { Frame, type FrameSetup } from './frame.tsx';
import type { Answer } from './index.ts';
import { longestWay, nextPosition } from './path.ts';
import { recall } from './recall.ts';
import { Thanks } from './thanks.tsx';

export interface QuestionsProps extends FrameSetup {
  prompt: QuestionPrompt;
  onAnswer: (answer: Answer) => void;
  /** After the last question. */
  onComplete: () => void;
}

interface Progress {
  /** Position of the question; the number of questions is the end. */
  at: number;
  step: number;
  answers: ReadonlyMap<string, AnswerValue>;
}

/** Asks one question after the other, then says thanks. */
export class Questions extends Component<
  QuestionsProps & { kicker: (step: number, steps: number) => string },
  Progress
> {
  override state: Progress = { at: 0, step: 1, answers: new Map() };

  words(text: string): string {
    return recall(text, (id) => this.state.answers.get(id));
  }

  goOn({ id, type, text }: Question, value: AnswerValue | null): void {
    const { prompt, onAnswer, onComplete } = this.props;
    const { at, step, answers } = this.state;
    const next = nextPosition(prompt.questions, at, value);
    const question = this.words(text);
    this.setState({
      at: next,
      step: step + 1,
      answers: value === null ? answers : new Map(answers).set(id, value),
    });
    if (value !== null) onAnswer({ questionId: id, questionType: type, question, value });
    if (next === prompt.questions.length) onComplete();
  }

  override render({ prompt, kicker, strings, ...frame }: Questions['props'], { at, step }: Progress) {
    const { questions, thanks = strings.thanks } = prompt;
    const question = questions[at];
    const left = longestWay(questions, at);
    return (
      <Frame
        {...frame}
        strings={strings}
        kicker={question ? kicker(step, step - 1 + left) : null}
        title={recall(questions[0]?.text ?? '', () => '')}
      >
        {question ? (
          <Ask
            key={question.id}
            question={question}
            text={this.words(question.text)}
            isFirst={step === 1}
            isLast={left === 1}
            strings={strings}
            onSubmit={(value) => this.goOn(question, value)}
          />
        ) : (
          <Thanks text={this.words(thanks)} onClose={frame.onClose} />
        )}
      </Frame>
    );
  }
}
