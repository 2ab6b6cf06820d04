import { useState } from 'preact/hooks';
import type { FollowUp } from './api-types.ts';
import type { SiteFormats } from './format.ts';
import { When } from './when.tsx';

interface FollowUpTableProps {
  followUps: FollowUp[];
  nowMs: number;
  formats: SiteFormats;
  onRetry: (deliveryId: string) => Promise<void>;
}

/** What was sent to a lead, what was not and why, what is due and when. */
export function FollowUpTable({ followUps, nowMs, formats, onRetry }: FollowUpTableProps) {
  const [failure, setFailure] = useState('');
  async function retry(deliveryId: string) {
    setFailure('');
    try {
      await onRetry(deliveryId);
    } catch (error) {
      setFailure(`Not tried again: ${(error as Error).message}`);
    }
  }
  return (
    <table>
      <caption>
        Follow-ups{' '}
        {followUps.length === 0 && (
          <span class="muted small">No sequence has been started by this lead.</span>
        )}
        <span class="error-line" role="alert">
          {failure}
        </span>
      </caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {followUps.map((item) => (
          <tr key={keyOf(item)}>
            <td>
              <strong>
                <bdi>{item.kind === 'run' ? item.sequenceId : `${item.sequenceId} › ${item.what}`}</bdi>
              </strong>
              <p>{item.says}</p>
              {item.kind === 'message' && item.status === 'failed' && (
                <p class="small muted">
                  <bdi>{item.detail}</bdi>{' '}
                  <button
                    type="button"
                    class="link"
                    aria-label={`Try again: ${item.what}`}
                    onClick={() => retry(item.deliveryId)}
                  >
                    Try again
                  </button>
                </p>
              )}
            </td>
            <td>
              <When iso={item.at} nowMs={nowMs} formats={formats} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const keyOf = (item: FollowUp): string =>
  item.kind === 'message' ? item.deliveryId : `${item.kind} ${item.sequenceId} ${item.at} ${item.what}`;
