import { useRef, useState } from 'preact/hooks';
import type { Api } from './api.ts';
import type { Task } from './api-types.ts';
import type { SiteFormats } from './format.ts';
import type { Live } from './live.ts';
import { Panel } from './panel.tsx';
import { TaskRow } from './task-row.tsx';

const SNOOZE_MS = 3_600_000;

interface TasksProps {
  tasks: Live<Task[]>;
  api: Pick<Api, 'finishTask' | 'snoozeTask' | 'assignTask'>;
  formats: SiteFormats;
  onOpenLead: (leadId: string) => void;
}

export function Tasks({ tasks, api, formats, onOpenLead }: TasksProps) {
  const [announcement, setAnnouncement] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);

  async function finish(task: Task) {
    await api.finishTask(task.id);
    tasks.change((items) => items.filter(({ id }) => id !== task.id));
    tasks.refresh();
    setAnnouncement(`Done: ${task.title}`);
    // The button that had the focus goes away with its task.
    heading.current?.focus();
  }

  async function replace(task: Task, changed: Promise<Task>, told: string) {
    const now = await changed;
    tasks.change((items) => items.map((each) => (each.id === task.id ? now : each)));
    tasks.refresh();
    setAnnouncement(told);
  }
  const snooze = (task: Task) =>
    replace(task, api.snoozeTask(task.id, Date.now() + SNOOZE_MS), `In an hour: ${task.title}`);
  const assign = (task: Task, owner: string | null) =>
    replace(task, api.assignTask(task.id, owner), `For ${owner ?? 'nobody'}: ${task.title}`);

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
                onSnooze={() => snooze(task)}
                onAssign={(owner) => assign(task, owner)}
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
