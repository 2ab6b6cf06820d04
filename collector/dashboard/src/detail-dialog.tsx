import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Live } from './live.ts';
import { Failed } from './panel.tsx';

interface DetailDialogProps<Data> {
  title: string;
  /** Beside the title. [badge=null] */
  badge?: ComponentChildren;
  live: Live<Data>;
  onClose: () => void;
  children: (data: Data, nowMs: number) => ComponentChildren;
}

/** One thing in full, over the page. */
export function DetailDialog<Data>({
  title,
  badge = null,
  live,
  onClose,
  children,
}: DetailDialogProps<Data>) {
  const headingId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { data, triedAtMs: nowMs } = live;
  return (
    <dialog ref={dialog} class="card detail" aria-labelledby={headingId} onClose={onClose}>
      <header>
        <h2 id={headingId}>
          <bdi>{title}</bdi>
        </h2>
        {badge}
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <div class="detail-body" aria-busy={nowMs === 0}>
        {data !== undefined ? (
          children(data, nowMs)
        ) : live.error ? (
          <Failed live={live} />
        ) : (
          <p class="muted">Loading…</p>
        )}
      </div>
    </dialog>
  );
}
