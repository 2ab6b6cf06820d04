import { useRef, useState } from 'preact/hooks';
import type { Task } from './api-types.ts';
import type { SiteFormats } from './format.ts';
import { LeadLink } from './lead-link.tsx';
import type { Live } from './live.ts';
import { Panel } from './panel.tsx';
import { When } from './when.tsx';

interface TasksProps {
  tasks: Live<Task[]>;
  finishTask: (id: string) => Promise<void>;
  formats: SiteFormats;
  onOpenLead: (leadId: string) => void;
}

export function Tasks({ tasks, finishTask, formats, onOpenLead }: TasksProps) {
  const [announcement, setAnnouncement] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);

  async function finish(task: Task) {
    await finishTask(task.id);
    tasks.change((items) => items.filter(({ id }) => id !== task.id));
    tasks.refresh();
    setAnnouncement(`Done: ${task.title}`);
    // The button that had the focus goes away with its task.
    heading.current?.focus();
  }

  return (
    <>
      <Panel
        title="Due tasks"
        name="tasks"
        live={tasks}
        formats={formats}
        headingRef={heading}
        empty={
          <p>
            <strong>Nothing to do.</strong> Tasks come from sequences: give one a <code>task</code> step, such
            as “Call {'{{name}}'} now” when a lead becomes hot.
          </p>
        }
      >
        {(items) => (
          <ul class="rows">
            {items.map((task) => (
              <TaskRow
                key={task.id}
                task={task}
                nowMs={tasks.triedAtMs}
                formats={formats}
                onFinish={() => finish(task)}
                onOpenLead={onOpenLead}
              />
            ))}
          </ul>
        )}
      </Panel>
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
    </>
  );
}

interface TaskRowProps {
  task: Task;
  nowMs: number;
  formats: SiteFormats;
  onFinish: () => Promise<void>;
  onOpenLead: (leadId: string) => void;
}

type Finishing = { state: 'idle' } | { state: 'sending' } | { state: 'failed'; message: string };

function TaskRow({ task, nowMs, formats, onFinish, onOpenLead }: TaskRowProps) {
  const [finishing, setFinishing] = useState<Finishing>({ state: 'idle' });
  const lead = { id: task.leadId, name: task.leadName, email: task.leadEmail };

  async function finish() {
    if (finishing.state === 'sending') return;
    setFinishing({ state: 'sending' });
    try {
      await onFinish();
    } catch (error) {
      setFinishing({ state: 'failed', message: (error as Error).message });
    }
  }

  return (
    <li class="row task">
      <div class="row-main">
        <h3>
          <bdi>{task.title}</bdi>
        </h3>
        <p class="small">
          {task.overdue && <span class="badge overdue">Overdue</span>} Due{' '}
          <When iso={task.dueAt} nowMs={nowMs} formats={formats} /> ·{' '}
          <LeadLink lead={lead} onOpenLead={onOpenLead} />
        </p>
        <p class="small muted">{task.reason}</p>
        {finishing.state === 'failed' && (
          <p class="error-line" role="alert">
            Not done: {finishing.message}
          </p>
        )}
      </div>
      <button
        type="button"
        aria-label={`Done: ${task.title}`}
        aria-disabled={finishing.state === 'sending'}
        onClick={finish}
      >
        Done
      </button>
    </li>
  );
}
