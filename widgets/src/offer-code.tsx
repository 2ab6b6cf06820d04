import { Component, createRef } from 'preact';
import type { Strings } from './strings.ts';

interface OfferCodeProps {
  code: string;
  /** The id of the text that says what it is for. */
  labelledBy: string;
  strings: Strings;
}

/** A code with a button that copies it or, where the browser does not let us, selects it. */
export class OfferCode extends Component<OfferCodeProps, { isCopied: boolean }> {
  override state = { isCopied: false };
  field = createRef<HTMLInputElement>();

  copy = async (): Promise<void> => {
    try {
      // Absent where the page is not a secure context; refused where a permissions policy forbids it.
      await navigator.clipboard.writeText(this.props.code);
      this.setState({ isCopied: true });
    } catch {
      this.field.current?.select();
    }
  };

  override render({ code, labelledBy, strings }: OfferCodeProps) {
    const { isCopied } = this.state;
    return (
      <div class="code">
        <input ref={this.field} class="text" readOnly value={code} aria-labelledby={labelledBy} />
        <button type="button" class="button" onClick={this.copy}>
          {isCopied ? strings.copied : strings.copy}
        </button>
        <span role="status" class="unseen">
          {isCopied && strings.copied}
        </span>
      </div>
    );
  }
}
