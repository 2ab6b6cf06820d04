import type { HotForecast, PreviewReport, RulePreview } from '../preview/preview.ts';

/** A preview for a terminal. */
export function previewLines(report: PreviewReport): string[] {
  const { leads, touchpoints, days, thresholds, conversions, stages, stageMoves, hot, auc } = report;
  return [
    `${leads} leads, ${touchpoints} touchpoints; conversions count within ${days} days`,
    '',
    ...(['hot', 'warm'] as const).map((threshold) => {
      const { up, down } = thresholds[threshold];
      return `${threshold}: ${up.leads} leads become so, ${down.leads} no longer are`;
    }),
    ...thresholds.hot.up.sample.map(
      ({ id, email, scoreBefore, scoreAfter }) =>
        `  ${email ?? id}: ${tenth(scoreBefore)} to ${tenth(scoreAfter)}`,
    ),
    '',
    `stages: ${stageMoves} leads move`,
    ...table(stages.map(({ id, before, after }) => [`  ${id}`, String(before), 'to', String(after)])),
    '',
    `${conversions.leads} leads converted, ${conversions.unforeseeable} of them with nothing before it; ` +
      `judged ${conversions.judged.leads}, of whom ${conversions.judged.converted} converted`,
    ...table([
      ['', 'live', 'draft'],
      ['  hot: then converted', ...both(hot, ({ precision }) => precision)],
      ['  converted: was hot', ...both(hot, ({ recall }) => recall)],
      ['  AUC of the score', ratio(auc.live), ratio(auc.draft)],
    ]),
    '',
    ...table([['rule', 'leads', 'converted with', 'without', 'lift', '95 %'], ...report.rules.map(ruleRow)]),
    ...list('never scores', report.neverFire),
    ...list('scores everybody', report.alwaysFire),
  ];
}

function ruleRow({ id, leads, having, lacking, lift }: RulePreview): string[] {
  const { ratio: value, interval } = lift;
  return [
    id,
    String(leads),
    `${having.converted} of ${having.leads}`,
    `${lacking.converted} of ${lacking.leads}`,
    value === null ? 'not enough data' : `× ${ratio(value)}`,
    interval ? `${ratio(interval.from)} to ${ratio(interval.to)}` : '',
  ];
}

const both = (
  { live, draft }: PreviewReport['hot'],
  shareOf: (forecast: HotForecast) => number | null,
): string[] => [percent(shareOf(live)), percent(shareOf(draft))];

const tenth = (score: number): string => score.toFixed(1);
const ratio = (value: number | null): string => (value === null ? 'not enough data' : value.toFixed(2));
const percent = (share: number | null): string =>
  share === null ? 'not enough data' : `${(100 * share).toFixed(0)} %`;
const list = (what: string, ids: string[]): string[] =>
  ids.length === 0 ? [] : [`${what}: ${ids.join(', ')}`];

/** The first column to the left, the others to the right. */
export function table(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
