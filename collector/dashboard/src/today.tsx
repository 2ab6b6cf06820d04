import { useCallback } from 'preact/hooks';
import { Answers } from './answers.tsx';
import type { Api } from './api.ts';
import type { SiteFormats } from './format.ts';
import { Leads, loadHottest } from './leads.tsx';
import { useLive } from './live.ts';
import { Skeleton } from './panel.tsx';
import { Tasks } from './tasks.tsx';

interface TodayProps {
  api: Api;
  formats: SiteFormats;
  onOpenLead: (leadId: string) => void;
}

/** What to do today: hottest leads, due tasks, recent answers. */
export function Today({ api, formats, onOpenLead }: TodayProps) {
  const leads = useLive(useCallback((signal: AbortSignal) => loadHottest(api, signal), [api]));
  const tasks = useLive(api.tasks);
  const answers = useLive(api.answers);

  // One swap of placeholders for content: three would make each panel push the next ones about.
  const loading = [leads, tasks, answers].some((live) => live.triedAtMs === 0);
  if (loading) return <Skeleton names={['leads', 'tasks', 'answers']} />;
  return (
    <main class="panels">
      <Leads leads={leads} formats={formats} onOpenLead={onOpenLead} />
      <Tasks tasks={tasks} api={api} formats={formats} onOpenLead={onOpenLead} />
      <Answers answers={answers} formats={formats} onOpenLead={onOpenLead} />
    </main>
  );
}
