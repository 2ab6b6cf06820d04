/** Bytes that a page loads. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { atMost, type Table } from './table.ts';

/** In bytes, brotli: the first at page load, the next three with consent, the others only where a prompt may come up. */
const FILES = [
  { name: 'handrail.js', maxBytes: 5_120 },
  { name: 'handrail-idle.js', maxBytes: 4_096 },
  { name: 'handrail-capture.js', maxBytes: 4_096 },
  { name: 'handrail-vitals.js', maxBytes: 4_096 },
  { name: 'handrail-prompts.js', maxBytes: 3_072 },
  { name: 'handrail-decision.js', maxBytes: 3_072 },
  { name: 'handrail-show.js', maxBytes: 1_024 },
  { name: 'handrail-widgets.js', maxBytes: 12_288 },
  { name: 'handrail-languages.js', maxBytes: 6_144 },
];

export async function benchSize(): Promise<Table> {
  const rows = FILES.map(({ name, maxBytes }) => {
    const content = readFileSync(new URL(`../../sdk/dist/page/${name}`, import.meta.url));
    const brotliBytes = brotliCompressSync(content).length;
    const bytes = [content.length, gzipSync(content, { level: 9 }).length, brotliBytes];
    return {
      what: name,
      measured: bytes.map((count) => count.toLocaleString('en').padStart(6)).join('  '),
      budget: atMost(maxBytes, brotliBytes),
    };
  });
  return { title: 'size in bytes: minified, gzip, brotli', rows };
}
