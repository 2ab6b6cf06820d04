/**
 * `npm run bench`: every section; `npm run bench -- ingest fold`: only those. Writes nothing into the repository.
 * `npm run bench -- replay --touchpoints 10000000`: a replay of a history as long as that, of a tenth as many leads; it
 * needs some 10 GB in the folder for temporary files.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchFold } from './fold.ts';
import { benchGroupCommit } from './group-commit.ts';
import { benchIngest } from './ingest.ts';
import { benchLeads } from './leads.ts';
import { benchMainThread } from './main-thread.ts';
import { benchReplay } from './replay.ts';
import { benchSize } from './size.ts';
import { benchStorage } from './storage.ts';
import { print, type Table } from './table.ts';
import { benchTimers } from './timers.ts';
import { benchWebhooks } from './webhooks.ts';

const { values, positionals } = parseArgs({
  options: { touchpoints: { type: 'string' } },
  allowPositionals: true,
});

/** Each gets an empty folder. */
const SECTIONS: Record<string, (folder: string) => Promise<Table>> = {
  ingest: benchIngest,
  'group-commit': benchGroupCommit,
  replay: (folder) => benchReplay(folder, Number(values.touchpoints ?? 0)),
  storage: benchStorage,
  fold: benchFold,
  leads: benchLeads,
  timers: benchTimers,
  webhooks: benchWebhooks,
  size: benchSize,
  'main-thread': benchMainThread,
};

const names = positionals.length > 0 ? positionals : Object.keys(SECTIONS);
const unknown = names.find((name) => !Object.hasOwn(SECTIONS, name));
if (unknown !== undefined) {
  console.error(`bench: no section "${unknown}"; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(1);
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`);
console.log('✓ within budget, ✗ not; what runs beside it on this machine counts too: the ratios say most');
for (const name of names) {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-bench-'));
  try {
    const table = await SECTIONS[name]?.(folder);
    if (table) print(table);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
