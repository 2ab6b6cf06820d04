import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { strings } from './strings.ts';

/** The element that names the dialog: whatever the content shows as its main line. */
export const TITLE_ID = 'title';

/** Screen readers announce changes of a live region only once they know the region. */
const ANNOUNCE_AFTER_MS = 200;

interface FrameProps {
  /** One short line above the content. */
  kicker: string | null;
  /** Read out, when the reader is idle, as the prompt appears. */
  announcement: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog that lets the page be: not modal, focus neither taken nor kept. */
export function Frame({ kicker, announcement, onClose, children }: FrameProps) {
  const [announced, setAnnounced] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(strings.appeared(announcement)), ANNOUNCE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [announcement]);
  return (
    <>
      <p role="status" class="unseen">
        {announced}
      </p>
      <div role="dialog" class="card" aria-labelledby={TITLE_ID}>
        {kicker && <p class="kicker">{kicker}</p>}
        {children}
        {/* Last in the order of the Tab key, so that the first stop is the answer. */}
        <button type="button" class="close" aria-label={strings.close} onClick={onClose}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="m4 4 8 8m0-8-8 8" />
          </svg>
        </button>
      </div>
    </>
  );
}
