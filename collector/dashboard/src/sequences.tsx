import type { Sequence } from './api-types.ts';
import type { SiteFormats } from './format.ts';
import type { Live } from './live.ts';
import { Panel } from './panel.tsx';

interface SequencesProps {
  sequences: Live<Sequence[]>;
  formats: SiteFormats;
  onOpen: (sequenceId: string) => void;
}

export function Sequences({ sequences, formats, onOpen }: SequencesProps) {
  return (
    <Panel
      title="Sequences"
      name="sequences"
      live={sequences}
      formats={formats}
      empty={
        <p>
          <strong>No sequences yet.</strong> They stand under <code>sequences</code> in your site file: what
          starts one, what it sends when, and what it is for.
        </p>
      }
    >
      {(items) => (
        <ul class="rows">
          {items.map((sequence) => (
            <SequenceRow key={sequence.id} sequence={sequence} onOpen={onOpen} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function SequenceRow({ sequence, onOpen }: { sequence: Sequence; onOpen: (sequenceId: string) => void }) {
  const { id, paused, counts, versions } = sequence;
  const facts = [
    ['In it now', counts.active],
    ['Waiting to be sent', counts.due],
    ['Goal met', counts.goalMet],
    ['Through to the end', counts.completed],
    ['Left early', counts.exited],
    ['Held out', counts.heldOut],
  ] as const;
  return (
    <li class="row lead">
      <div class="row-main">
        <h3>
          <button type="button" class="link" aria-haspopup="dialog" onClick={() => onOpen(id)}>
            <bdi>{id}</bdi>
          </button>{' '}
          {paused && <span class="badge warm">Paused</span>}
        </h3>
        <dl class="facts">
          {facts.map(([label, count]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{count}</dd>
            </div>
          ))}
        </dl>
        {versions.length > 1 && (
          <p class="small muted">
            Under way by {versions.map(({ version, active }) => `version ${version}: ${active}`).join(', ')}
          </p>
        )}
      </div>
    </li>
  );
}
