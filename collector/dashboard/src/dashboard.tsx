import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Api } from './api.ts';
import type { Site } from './api-types.ts';
import { FollowUps } from './follow-ups.tsx';
import { createSiteFormats } from './format.ts';
import { LeadDetail } from './lead-detail.tsx';
import { Today } from './today.tsx';
import { useView, VIEWS, type View } from './view.ts';

interface DashboardProps {
  api: Api;
  site: Site;
  onSignedOut: () => void;
}

/** The page of a signed-in owner. */
export function Dashboard({ api, site, onSignedOut }: DashboardProps) {
  const formats = useMemo(() => createSiteFormats(site), [site]);
  const [openLeadId, setOpenLeadId] = useState<string | null>(null);
  const view = useView();

  return (
    <>
      <Header api={api} site={site} view={view} onSignedOut={onSignedOut} />
      {view === 'follow-ups' ? (
        <FollowUps api={api} formats={formats} />
      ) : (
        <Today api={api} formats={formats} onOpenLead={setOpenLeadId} />
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

function Header({ api, site, view, onSignedOut }: DashboardProps & { view: View }) {
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
      <nav aria-label="Views">
        {Object.entries(VIEWS).map(([name, title]) => (
          <a key={name} href={`#${name}`} aria-current={name === view ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
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
