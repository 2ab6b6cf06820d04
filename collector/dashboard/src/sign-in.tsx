import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Api, hasStatus } from './api.ts';
import type { Site } from './api-types.ts';

type Form = { state: 'idle' } | { state: 'sending' } | { state: 'failed'; message: string };

export function SignIn({ api, onSignedIn }: { api: Api; onSignedIn: (site: Site) => void }) {
  const [form, setForm] = useState<Form>({ state: 'idle' });
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Handrail';
    field.current?.focus();
  }, []);

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (form.state === 'sending') return;
    setForm({ state: 'sending' });
    const secretKey = field.current?.value.trim() ?? '';
    try {
      await api.signIn(secretKey);
      const site = await api.site();
      if (site) return onSignedIn(site);
      setForm({
        state: 'failed',
        message: 'The browser did not keep the session cookie: allow cookies here.',
      });
    } catch (error) {
      setForm({ state: 'failed', message: refusal(error, secretKey) });
      field.current?.select();
    }
  }

  const failed = form.state === 'failed';
  return (
    <main class="centred">
      {/* POST, so that even a submit without our handler never puts the key into an address. */}
      <form class="card sign-in" method="post" onSubmit={submit}>
        <h1>Handrail</h1>
        <p class="muted">See who is ready, why, and what to do next.</p>
        {/* Password managers file a password under a user name: https://www.chromium.org/developers/design-documents/create-amazing-password-forms/ */}
        <input hidden type="text" name="username" autocomplete="username" value="site owner" readOnly />
        <label for="secret-key">Secret key</label>
        <input
          ref={field}
          id="secret-key"
          name="password"
          type="password"
          autocomplete="current-password"
          placeholder="sk_…"
          required
          aria-invalid={failed}
          aria-describedby="secret-key-hint secret-key-error"
        />
        <p id="secret-key-hint" class="muted small">
          <code>handrail start</code> printed it when the site was created.
        </p>
        <p id="secret-key-error" class="error-line" role="alert">
          {failed && form.message}
        </p>
        <button type="submit" class="primary" aria-disabled={form.state === 'sending'}>
          {form.state === 'sending' ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

function refusal(error: unknown, secretKey: string): string {
  if (!hasStatus(error, 401)) return (error as Error).message;
  return secretKey.startsWith('pk_')
    ? 'That is the public write key. The secret key begins with sk_.'
    : 'That key was not accepted. Check that it is the whole secret key of this site.';
}
