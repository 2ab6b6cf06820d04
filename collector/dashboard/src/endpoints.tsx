import { useState } from 'preact/hooks';
import type { Api } from './api.ts';
import type { Endpoint } from './api-types.ts';
import type { SiteFormats } from './format.ts';
import type { Live } from './live.ts';
import { Panel } from './panel.tsx';
import { When } from './when.tsx';

interface EndpointsProps {
  endpoints: Live<Endpoint[]>;
  api: Pick<Api, 'testEndpoint' | 'enableEndpoint' | 'disableEndpoint' | 'replayFailed'>;
  formats: SiteFormats;
}

export function Endpoints({ endpoints, api, formats }: EndpointsProps) {
  return (
    <Panel
      title="Endpoints"
      name="endpoints"
      live={endpoints}
      formats={formats}
      empty={
        <p>
          <strong>No endpoints.</strong> Your own systems are told by webhooks: name them under{' '}
          <code>endpoints</code> in your site file.
        </p>
      }
    >
      {(items) => (
        <ul class="rows">
          {items.map((endpoint) => (
            <EndpointRow
              key={endpoint.id}
              endpoint={endpoint}
              api={api}
              nowMs={endpoints.triedAtMs}
              formats={formats}
              onChanged={endpoints.refresh}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const STATUS = {
  active: { words: 'Works', look: 'good' },
  failing: { words: 'Failing', look: 'warm' },
  disabled: { words: 'Disabled', look: 'bad' },
} as const;
const DISABLED_BECAUSE = {
  gone: 'It said that it wants nothing more.',
  failing: 'It had failed for days.',
  by_hand: 'Somebody has disabled it.',
} as const;

interface EndpointRowProps {
  endpoint: Endpoint;
  api: EndpointsProps['api'];
  nowMs: number;
  formats: SiteFormats;
  onChanged: () => void;
}

function EndpointRow({ endpoint, api, nowMs, formats, onChanged }: EndpointRowProps) {
  const { id, origin, status, disabledReason, lastSuccessAt, lastFailureAt, lastFailure, due, failed } =
    endpoint;
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState({ text: '', isError: false });

  async function act(work: () => Promise<string>) {
    if (isBusy) return;
    setBusy(true);
    setOutcome({ text: '', isError: false });
    try {
      setOutcome({ text: await work(), isError: false });
      onChanged();
    } catch (error) {
      setOutcome({ text: (error as Error).message, isError: true });
    } finally {
      setBusy(false);
    }
  }
  const test = async () => {
    const { outcome: result, detail } = await api.testEndpoint(id);
    return result === 'sent' ? `It took the test: ${detail}` : `It did not take the test: ${detail}`;
  };
  const action = (label: string, work: () => Promise<string>) => (
    <button
      type="button"
      class="link"
      aria-label={`${label}: ${id}`}
      aria-disabled={isBusy}
      onClick={() => act(work)}
    >
      {label}
    </button>
  );

  return (
    <li class="row task">
      <div class="row-main">
        <h3>
          <bdi>{id}</bdi> <span class={`badge ${STATUS[status].look}`}>{STATUS[status].words}</span>
        </h3>
        <p class="small muted">
          <bdi>{origin}</bdi>
        </p>
        {status === 'disabled' && disabledReason && <p class="small">{DISABLED_BECAUSE[disabledReason]}</p>}
        {lastFailureAt && status !== 'active' && (
          <p class="small">
            Failed <When iso={lastFailureAt} nowMs={nowMs} formats={formats} />
            {lastFailure && (
              <>
                : <bdi>{lastFailure}</bdi>
              </>
            )}
          </p>
        )}
        <p class="small muted">
          {lastSuccessAt ? (
            <>
              Last taken <When iso={lastSuccessAt} nowMs={nowMs} formats={formats} />
            </>
          ) : (
            'Nothing taken yet'
          )}{' '}
          · {due} due · {failed} failed
        </p>
        <p class={outcome.isError ? 'error-line' : 'small'} role="status">
          <bdi>{outcome.text}</bdi>
        </p>
      </div>
      <div class="actions">
        {action('Test', test)}
        {status === 'disabled'
          ? action('Enable', async () => {
              await api.enableEndpoint(id);
              return failed > 0 ? 'Enabled. What failed can be sent again.' : 'Enabled.';
            })
          : action('Disable', async () => {
              await api.disableEndpoint(id);
              return 'Disabled. What is held back is kept.';
            })}
        {failed > 0 &&
          status !== 'disabled' &&
          action('Send failed again', async () => `Due again: ${(await api.replayFailed(id)).due}`)}
      </div>
    </li>
  );
}
