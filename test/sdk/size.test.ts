import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';

const brotliBytes = (file: string) =>
  brotliCompressSync(readFileSync(new URL(`../../sdk/dist/page/${file}`, import.meta.url))).length;

test.each([
  ['handrail.js', 5_000],
  ['handrail-prompts.js', 3_000],
])('Q59 %s is at most %i bytes, brotli', (file, maxBytes) => {
  expect(brotliBytes(file)).toBeLessThanOrEqual(maxBytes);
});
