import { useCallback, useEffect, useErrorBoundary, useMemo, useState } from 'preact/hooks';
import { createApi } from './api.ts';
import type { Site } from './api-types.ts';
import { Dashboard } from './dashboard.tsx';
import { SignIn } from './sign-in.tsx';

type Session =
  | { state: 'checking' }
  | { state: 'signedOut' }
  | { state: 'signedIn'; site: Site }
  | { state: 'failed'; message: string };

export function App() {
  const [session, setSession] = useState<Session>({ state: 'checking' });
  const api = useMemo(() => createApi(() => setSession({ state: 'signedOut' })), []);
  const check = useCallback(async () => {
    setSession({ state: 'checking' });
    try {
      const site = await api.site();
      setSession(site ? { state: 'signedIn', site } : { state: 'signedOut' });
    } catch (error) {
      setSession({ state: 'failed', message: (error as Error).message });
    }
  }, [api]);
  useEffect(() => {
    check();
  }, [check]);
  // All that is shown came from outside: what no code foresaw must not leave the owner with a blank page.
  const [renderError, clearRenderError] = useErrorBoundary();

  if (renderError) {
    return <Failure message="This page could not be shown." onRetry={clearRenderError} />;
  }
  switch (session.state) {
    case 'checking':
      return <main class="centred" aria-busy="true" />;
    case 'failed':
      return <Failure message={session.message} onRetry={check} />;
    case 'signedOut':
      return <SignIn api={api} onSignedIn={(site) => setSession({ state: 'signedIn', site })} />;
    case 'signedIn':
      return (
        <Dashboard api={api} site={session.site} onSignedOut={() => setSession({ state: 'signedOut' })} />
      );
  }
}

function Failure({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <main class="centred">
      <div class="card sign-in" role="alert">
        <h1>Handrail</h1>
        <p>{message}</p>
        <button type="button" class="primary" onClick={onRetry}>
          Try again
        </button>
      </div>
    </main>
  );
}
