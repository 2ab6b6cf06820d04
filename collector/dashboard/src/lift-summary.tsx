import type { Difference, SequenceLift } from './api-types.ts';
import { countText, durationText, percentText, pointsText, type SiteFormats } from './format.ts';

interface LiftSummaryProps {
  lift: SequenceLift | null;
  within: string;
  currency: string;
  formats: SiteFormats;
}

/** What a sequence brings, in a few sentences, and how sure one may be of it. */
export function LiftSummary({ lift, within, currency, formats }: LiftSummaryProps) {
  if (!lift) {
    return (
      <p>
        Nobody is held out, so nobody can tell what it brings. With a <code>holdout</code> of 0.1, one in ten
        gets nothing, and is what the others are compared with.
      </p>
    );
  }
  const time = durationText(within);
  const { treated, heldOut, difference, needs, sampleRatio, money } = lift;
  const amount = (value: number) => formats.money(value, currency);
  return (
    <div class="lift">
      {difference ? (
        <p>
          <strong>{verdict(difference)}</strong> Within {time}, {shareText(treated)} of the people in it
          reached the goal, and {shareText(heldOut)} of those held out: {pointsText(difference.value)} points
          ({pointsText(difference.low)} to {pointsText(difference.high)}).
        </p>
      ) : (
        <p>
          <strong>Not enough data yet.</strong> It takes {needs} people in it and as many held out, each for{' '}
          {time}; so far there are {countText(treated.people)} and {countText(heldOut.people)}.
        </p>
      )}
      {money?.difference && money.inAll && (
        <p>
          <strong>{amount(money.difference.value)} for each person</strong> ({amount(money.difference.low)} to{' '}
          {amount(money.difference.high)}), {amount(money.inAll.value)} in all ({amount(money.inAll.low)} to{' '}
          {amount(money.inAll.high)}).
        </p>
      )}
      {!sampleRatio.isPlausible && (
        <p class="error-line">
          Too many or too few are held out for chance to explain (
          {percentText(100 * (sampleRatio.holdout ?? 0))} in place of{' '}
          {percentText(100 * sampleRatio.expectedHoldout)}): was the share changed? The comparison is not to
          be trusted.
        </p>
      )}
      <p class="small muted">Intervals are of 95 %.</p>
    </div>
  );
}

function verdict({ low, high }: Difference): string {
  if (low > 0) return 'It works.';
  return high < 0 ? 'It does harm.' : 'It may make no difference.';
}

const shareText = ({ rate }: SequenceLift['treated']) => (rate ? percentText(rate.percent) : '–');
