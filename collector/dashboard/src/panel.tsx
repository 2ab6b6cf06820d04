import type { ComponentChildren, RefObject } from 'preact';
import { useId } from 'preact/hooks';
import type { SiteFormats } from './format.ts';
import type { Live } from './live.ts';

export type PanelName = 'leads' | 'tasks' | 'answers' | 'sequences' | 'endpoints';

interface PanelProps<Item> {
  title: string;
  /** Also the panel's place in the page's grid. */
  name: PanelName;
  live: Live<Item[]>;
  formats: SiteFormats;
  /** Shown for an empty list: what to do next. */
  empty: ComponentChildren;
  /** For moving the focus to the heading. [headingRef=null] */
  headingRef?: RefObject<HTMLHeadingElement | null> | null;
  children: (items: Item[]) => ComponentChildren;
}

/** A titled list with its states: failed, empty, filled, filled but no longer fresh. */
export function Panel<Item>({
  title,
  name,
  live,
  formats,
  empty,
  headingRef = null,
  children,
}: PanelProps<Item>) {
  const id = useId();
  return (
    <section class={`card panel panel-${name}`} aria-labelledby={id}>
      <header>
        <h2 id={id} ref={headingRef} tabIndex={-1}>
          {title}
        </h2>
        <Freshness live={live} formats={formats} />
      </header>
      <div class="panel-body">
        {live.data === undefined ? (
          <Failed live={live} />
        ) : live.data.length === 0 ? (
          <div class="empty">{empty}</div>
        ) : (
          children(live.data)
        )}
      </div>
    </section>
  );
}

/** Always one line, so that going stale moves nothing. */
function Freshness<Data>({ live, formats }: { live: Live<Data>; formats: SiteFormats }) {
  if (live.data === undefined) return null;
  return live.error ? (
    <span class="freshness error-line" role="status" title={live.error.message}>
      Not refreshed, trying again
    </span>
  ) : (
    <span class="freshness muted small">Updated {formats.clock(live.triedAtMs)}</span>
  );
}

export function Failed<Data>({ live }: { live: Live<Data> }) {
  return (
    <div class="empty" role="alert">
      <p>{live.error?.message}</p>
      <button type="button" onClick={live.refresh}>
        Try again
      </button>
    </div>
  );
}

/** What stands where the panels will be. */
export function Skeleton({ names }: { names: PanelName[] }) {
  return (
    <main class={names.length === 2 ? 'panels panels-two' : 'panels'} aria-busy="true">
      <p class="visually-hidden" role="status">
        Loading
      </p>
      {names.map((name) => (
        <div key={name} class={`card panel panel-${name} skeleton`} />
      ))}
    </main>
  );
}
