/** What a section has measured, and how it is printed. */

export interface Budget {
  text: string;
  isMet: boolean;
}

export interface Row {
  what: string;
  measured: string;
  /** From QUALITY's budgets; most rows only explain the one that has it. */
  budget?: Budget;
}

export interface Table {
  title: string;
  rows: Row[];
}

export function atLeast(least: number, value: number, unit = ''): Budget {
  return { text: `≥ ${numberText(least)}${unit && ` ${unit}`}`, isMet: value >= least };
}

export function atMost(most: number, value: number, unit = ''): Budget {
  return { text: `≤ ${numberText(most)}${unit && ` ${unit}`}`, isMet: value <= most };
}

/** Three digits say more than a bench on a shared machine knows. */
const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
export const numberText = (value: number): string => threeDigits.format(value);

export function print({ title, rows }: Table): void {
  const whatWidth = Math.max(...rows.map(({ what }) => what.length));
  const measuredWidth = Math.max(...rows.map(({ measured }) => measured.length));
  console.log(`\n${title}`);
  for (const { what, measured, budget } of rows) {
    const verdict = budget ? `   ${budget.isMet ? '✓' : '✗'} ${budget.text}` : '';
    console.log(`  ${what.padEnd(whatWidth)}  ${measured.padStart(measuredWidth)}${verdict}`);
  }
}
