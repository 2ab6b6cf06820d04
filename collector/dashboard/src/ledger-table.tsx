import type { Ledger } from './api-types.ts';
import { exactPointsText, type SiteFormats, scoreText, words } from './format.ts';
import { When } from './when.tsx';

interface LedgerTableProps {
  ledger: Ledger;
  nowMs: number;
  formats: SiteFormats;
}

/** Every contribution to a score, and their sum, which is to be the score: the owner can check it here. */
export function LedgerTable({ ledger, nowMs, formats }: LedgerTableProps) {
  const sum = scoreText(ledger.entries.reduce((total, { current }) => total + current, 0));
  const score = scoreText(ledger.score);
  return (
    <table>
      <caption>
        Score ledger{' '}
        <span class="muted small">Points lose half their worth every {ledger.halfLifeDays} days.</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">When</th>
          <th scope="col" class="number">
            Given
          </th>
          <th scope="col" class="number">
            Now
          </th>
        </tr>
      </thead>
      <tbody>
        {ledger.entries.map((entry) => (
          <tr key={`${entry.messageId} ${entry.ruleId}`}>
            <td>
              <bdi>{entry.ruleId}</bdi> <span class="muted small">{words(entry.touchpoint)}</span>
            </td>
            <td>
              <When iso={entry.timestamp} nowMs={nowMs} formats={formats} />
            </td>
            <td class="number">{exactPointsText(entry.points)}</td>
            <td class="number">{exactPointsText(entry.current)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={3}>
            {sum === score ? 'Sum = score' : `Sum (the score says ${score})`}
          </th>
          <td class="number">{sum}</td>
        </tr>
      </tfoot>
    </table>
  );
}
