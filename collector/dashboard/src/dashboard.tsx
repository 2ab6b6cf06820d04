import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Answers } from './answers.tsx';
import type { Api } from './api.ts';
import type { Site } from './api-types.ts';
import { createSiteFormats } from './format.ts';
import { LeadDetail } from './lead-detail.tsx';
import { Leads, loadHottest } from './leads.tsx';
import { useLive } from './live.ts';
import { Skeleton } from './panel.tsx';
import { Tasks } from './tasks.tsx';

interface DashboardProps {
  api: Api;
  site: Site;
  onSignedOut: () => void;
}

/** The page of a signed-in owner: hottest leads, due tasks, recent answers. */
export function Dashboard({ api, site, onSignedOut }: DashboardProps) {
  const formats = useMemo(() => createSiteFormats(site), [site]);
  const leads = useLive(useCallback((signal: AbortSignal) => loadHottest(api, signal), [api]));
  const tasks = useLive(api.tasks);
  const answers = useLive(api.answers);
  const [openLeadId, setOpenLeadId] = useState<string | null>(null);

  // One swap of placeholders for content: three would make each panel push the next ones about.
  const loading = [leads, tasks, answers].some((live) => live.triedAtMs === 0);
  return (
    <>
      <Header api={api} site={site} onSignedOut={onSignedOut} />
      {loading ? (
        <Skeleton />
      ) : (
        <main class="panels">
          <Leads leads={leads} formats={formats} onOpenLead={setOpenLeadId} />
          <Tasks tasks={tasks} api={api} formats={formats} onOpenLead={setOpenLeadId} />
          <Answers answers={answers} formats={formats} onOpenLead={setOpenLeadId} />
        </main>
      )}
      {openLeadId !== null && (
        <LeadDetail
          key={openLeadId}
          api={api}
          leadId={openLeadId}
          formats={formats}
          onClose={() => setOpenLeadId(null)}
        />
      )}
    </>
  );
}

function Header({ api, site, onSignedOut }: DashboardProps) {
  const [message, setMessage] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${site.name} · Handrail`;
    // The form that had the focus is gone; without this, a screen reader would be left at nowhere.
    heading.current?.focus();
  }, [site.name]);

  async function signOut() {
    try {
      await api.signOut();
      onSignedOut();
    } catch (error) {
      setMessage(`Not signed out: ${(error as Error).message}`);
    }
  }

  return (
    <header class="top">
      <h1 ref={heading} tabIndex={-1}>
        {site.name}
      </h1>
      <span class="muted small">Times in {site.timezone}</span>
      <span class="error-line" role="alert">
        {message}
      </span>
      <button type="button" onClick={signOut}>
        Sign out
      </button>
    </header>
  );
}
