import { Component } from 'preact';
import { focus } from './focus.ts';
import { TITLE_ID } from './frame.tsx';

/** A moment to notice it, and time to read it: 200 words a minute, with six characters to a word. */
const NOTICE_MS = 3_000;
const READ_MS_PER_CHAR = 50;

interface ThanksProps {
  text: string;
  onClose: () => void;
}

/** The last words, which go by themselves. Takes the focus that the button before it had. */
export class Thanks extends Component<ThanksProps> {
  timer: number | undefined;

  override componentDidMount(): void {
    const { text, onClose } = this.props;
    this.timer = setTimeout(onClose, NOTICE_MS + text.length * READ_MS_PER_CHAR);
  }

  override componentWillUnmount(): void {
    clearTimeout(this.timer);
  }

  override render({ text }: ThanksProps) {
    return (
      <p id={TITLE_ID} class="title thanks" tabIndex={-1} ref={focus}>
        {text}
      </p>
    );
  }
}
