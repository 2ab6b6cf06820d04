import type { Contribution, Temperature } from './api-types.ts';
import { pointsText, words } from './format.ts';

const SHOWN_RULES = 3;
/** Less than this rounds to nothing at one decimal. */
const NOTICEABLE_POINTS = 0.05;

interface RuleTotal {
  ruleId: string;
  times: number;
  /** What is left after decay. */
  points: number;
}

/** The strongest first, whether they raise or lower the score. */
export function totalsByRule(entries: Contribution[]): RuleTotal[] {
  const totals = new Map<string, RuleTotal>();
  for (const { ruleId, current } of entries) {
    const { times, points } = totals.get(ruleId) ?? { times: 0, points: 0 };
    totals.set(ruleId, { ruleId, times: times + 1, points: points + current });
  }
  return [...totals.values()]
    .filter(({ points }) => Math.abs(points) >= NOTICEABLE_POINTS)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
}

/** `pricing ×2 +18.7 · sign-up +15` */
export function Why({ entries }: { entries: Contribution[] }) {
  const totals = totalsByRule(entries);
  const more = totals.length - SHOWN_RULES;
  return (
    <ul class="why" aria-label="Why">
      {totals.slice(0, SHOWN_RULES).map(({ ruleId, times, points }) => (
        <li key={ruleId}>
          <bdi>{ruleId}</bdi>
          {times > 1 && ` ×${times}`} <strong>{pointsText(points)}</strong>
        </li>
      ))}
      {more > 0 && <li class="muted">{more} more</li>}
    </ul>
  );
}

export function TemperatureBadge({ temperature }: { temperature: Temperature }) {
  return <span class={`badge ${temperature}`}>{words(temperature)}</span>;
}
