import { Component, type ComponentChildren } from 'preact';
import type { Layout } from './layout.ts';
import { recall } from './recall.ts';
import type { Strings } from './strings.ts';

/** The element that names the prompt: whatever the content shows as its main line. */
export const TITLE_ID = 'title';

/** Screen readers announce changes of a live region only once they know the region. */
const ANNOUNCE_AFTER_MS = 200;

/** What every kind of prompt is given, and hands on to its frame. */
export interface FrameSetup {
  layout: Layout;
  strings: Strings;
  onClose: () => void;
}

interface FrameProps extends FrameSetup {
  /** One short line above the content. */
  kicker?: string | null;
  /** Its main line. */
  title: string;
  children: ComponentChildren;
}

/** The prompt's border, name and close button. All but the modal one let the page be: focus is neither taken nor kept. */
export function Frame({ layout, strings, kicker, title, onClose, children }: FrameProps) {
  const content = (
    <>
      {kicker && <p class="kicker">{kicker}</p>}
      {children}
      {/* Last in the order of the Tab key, so that the first stop is the answer. */}
      <button type="button" class="close" aria-label={strings.close} onClick={onClose}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="m4 4 8 8m0-8-8 8" />
        </svg>
      </button>
    </>
  );
  if (layout === 'modal')
    return (
      <dialog
        ref={showModal}
        class="prompt modal"
        aria-labelledby={TITLE_ID}
        closedby="any"
        onCancel={onClose}
      >
        {content}
      </dialog>
    );
  return (
    <>
      <Announcement text={layout === 'slot' ? title : recall(strings.appeared, () => title)} />
      <section
        role={layout === 'card' ? 'dialog' : undefined}
        class={`prompt ${layout}`}
        aria-labelledby={TITLE_ID}
      >
        {content}
      </section>
    </>
  );
}

/**
 * The browser's own modal dialog makes the rest of the page inert: no script is needed to keep focus here, and one
 * that keeps it elsewhere finds nothing to focus.
 */
const showModal = (dialog: HTMLDialogElement | null): void => dialog?.showModal();

/** Read out when the reader is idle. */
class Announcement extends Component<{ text: string }, { announced: string }> {
  override state = { announced: '' };
  timer: number | undefined;

  override componentDidMount(): void {
    this.timer = setTimeout(() => this.setState({ announced: this.props.text }), ANNOUNCE_AFTER_MS);
  }

  override componentWillUnmount(): void {
    clearTimeout(this.timer);
  }

  override render() {
    return (
      <p role="status" class="unseen">
        {this.state.announced}
      </p>
    );
  }
}
