import { useEffect, useRef, useState } from 'preact/hooks';
import type { Task } from './api-types.ts';
import type { SiteFormats } from './format.ts';
import { LeadLink } from './lead-link.tsx';
import { When } from './when.tsx';

interface TaskRowProps {
  task: Task;
  nowMs: number;
  formats: SiteFormats;
  onFinish: () => Promise<void>;
  onSnooze: () => Promise<void>;
  /** `null`: nobody's. */
  onAssign: (owner: string | null) => Promise<void>;
  onOpenLead: (leadId: string) => void;
}

type Change = { state: 'idle' } | { state: 'sending' } | { state: 'failed'; message: string };

export function TaskRow({ task, nowMs, formats, onFinish, onSnooze, onAssign, onOpenLead }: TaskRowProps) {
  const [change, setChange] = useState<Change>({ state: 'idle' });
  const [isAssigning, setAssigning] = useState(false);
  const lead = { id: task.leadId, name: task.leadName, email: task.leadEmail };
  const isSending = change.state === 'sending';
  const ownerField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isAssigning) ownerField.current?.focus();
  }, [isAssigning]);

  async function send(failure: string, request: () => Promise<void>) {
    if (isSending) return;
    setChange({ state: 'sending' });
    try {
      await request();
      setChange({ state: 'idle' });
      setAssigning(false);
    } catch (error) {
      setChange({ state: 'failed', message: `${failure}: ${(error as Error).message}` });
    }
  }

  function assign(event: SubmitEvent) {
    event.preventDefault();
    const owner = new FormData(event.currentTarget as HTMLFormElement).get('owner');
    const name = typeof owner === 'string' ? owner.trim() : '';
    void send('Not assigned', () => onAssign(name === '' ? null : name));
  }

  return (
    <li class="row task">
      <div class="row-main">
        <h3>
          <bdi>{task.title}</bdi>
        </h3>
        <p class="small">
          {task.overdue && <span class="badge overdue">Overdue</span>}
          {task.snoozed && <span class="badge">Put off</span>} Due{' '}
          <When iso={task.dueAt} nowMs={nowMs} formats={formats} /> ·{' '}
          <LeadLink lead={lead} onOpenLead={onOpenLead} />
          {task.owner !== null && (
            <>
              {' '}
              · for <bdi>{task.owner}</bdi>
            </>
          )}
        </p>
        <p class="small muted">{task.reason}</p>
        {isAssigning && (
          <form class="assign" onSubmit={assign}>
            <label>
              Whose is it?{' '}
              <input
                name="owner"
                defaultValue={task.owner ?? ''}
                maxLength={100}
                autoComplete="off"
                ref={ownerField}
              />
            </label>
            <button type="submit" aria-disabled={isSending}>
              Save
            </button>
          </form>
        )}
        {change.state === 'failed' && (
          <p class="error-line" role="alert">
            {change.message}
          </p>
        )}
      </div>
      <div class="actions">
        <button
          type="button"
          aria-label={`Done: ${task.title}`}
          aria-disabled={isSending}
          onClick={() => send('Not done', onFinish)}
        >
          Done
        </button>
        <button
          type="button"
          class="link"
          aria-label={`In an hour: ${task.title}`}
          aria-disabled={isSending}
          onClick={() => send('Not put off', onSnooze)}
        >
          In an hour
        </button>
        <button
          type="button"
          class="link"
          aria-label={`Assign: ${task.title}`}
          aria-expanded={isAssigning}
          onClick={() => setAssigning(!isAssigning)}
        >
          Assign
        </button>
      </div>
    </li>
  );
}
