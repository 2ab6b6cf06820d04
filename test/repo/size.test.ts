/** What a page loads stays within its budget (QUALITY), and the READMEs' numbers are those of the files. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ROOT, readText } from './markdown.ts';

const BUDGETS_KB = {
  'handrail.js': 5,
  'handrail-idle.js': 4,
  'handrail-capture.js': 4,
  'handrail-vitals.js': 4,
  'handrail-prompts.js': 3,
  'handrail-decision.js': 3,
  'handrail-show.js': 1,
  'handrail-widgets.js': 12,
  'handrail-languages.js': 6,
};
type PageFile = keyof typeof BUDGETS_KB;

/** 1 KB is 1,024 bytes; brotli at its highest quality, as the collector serves it. */
const measuredKb = (file: PageFile) =>
  brotliCompressSync(readFileSync(`${ROOT}collector/dist/page/${file}`)).length / 1024;
/** To one place, upwards: the file is never larger than what is said. */
const roundedUp = (kb: number) => (Math.ceil(kb * 10) / 10).toFixed(1);

test.each(Object.entries(BUDGETS_KB) as [PageFile, number][])('Q59 %s is at most %i KB', (file, budget) => {
  expect(measuredKb(file)).toBeLessThanOrEqual(budget);
});

describe.each(['README.md', 'sdk/README.md', 'widgets/README.md', 'collector/README.md'])('%s', (path) => {
  test('says how large the files really are', () => {
    const claims = readText(path).matchAll(/`(handrail[\w-]*\.js)`(?: is)? \(?(at most )?([\d.]+) KB/g);
    for (const [claim, name = '', limit, kb] of claims) {
      const file = name as PageFile;
      expect(kb, claim).toBe(limit ? BUDGETS_KB[file].toFixed(1) : roundedUp(measuredKb(file)));
    }
  });
});

test('README.md tells the size of every file', () => {
  for (const file of Object.keys(BUDGETS_KB)) {
    expect(readText('README.md')).toMatch(new RegExp(`\`${file}\`(?: is)? \\(?\\d+\\.\\d KB`));
  }
});
