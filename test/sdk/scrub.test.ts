import { describe, expect, test } from 'vitest';
import { createScrub, isClickId } from '../../sdk/src/scrub.ts';
import { cpuMs } from '../support/cpu-time.ts';
import { HOSTILE, LEFT_ALONE, MASKED } from '../support/scrub-cases.ts';

const scrub = createScrub(['ref', 'customer'], false);

describe('Q54 in the SDK', () => {
  test.each(MASKED)('masks %s', (_, text, scrubbed) => {
    expect(scrub(text)).toBe(scrubbed);
  });

  test.each(LEFT_ALONE)('leaves %s alone', (_, text) => {
    expect(scrub(text)).toBe(text);
  });

  test('masks the parameters that the site names, and none that only begin so', () => {
    expect(scrub('/?ref=ada&customer=7&referrer=x')).toBe('/?ref=***&customer=***&referrer=x');
  });

  test('leaves the values of click ids alone where they are asked for, and nothing else', () => {
    const asked = createScrub([], true);
    expect(asked('/?gclid=Cj0K&fbclid=IwAR&token=abc')).toBe('/?gclid=Cj0K&fbclid=IwAR&token=***');
  });

  test('what is scrubbed stays as it is when it is scrubbed again', () => {
    for (const [, , scrubbed] of MASKED) expect(scrub(scrubbed)).toBe(scrubbed);
  });
});

test.each(HOSTILE)('Q57 %s take no time', (_, text) => {
  expect(cpuMs(() => scrub(text))).toBeLessThan(250);
});

test.each(['gclid', 'GCLID', 'fbclid', 'msclkid', 'ScCid'])('%s is a click id', (name) => {
  expect(isClickId(name)).toBe(true);
});
test.each(['utm_source', 'gclid2', 'id'])('%s is none', (name) => {
  expect(isClickId(name)).toBe(false);
});
