/** Requests that share an fsync: the more wait, the more share. */
import { type LoadCollector, measureCollector } from './bench-collector.ts';
import { numberText, type Row, type Table } from './table.ts';

export async function benchGroupCommit(folder: string): Promise<Table> {
  const { measured: rows } = await measureCollector(folder, async (loadCollector) => [
    await rowWith(1, loadCollector),
    await rowWith(8, loadCollector),
    await rowWith(64, loadCollector),
  ]);
  return { title: 'group commit: one message a request; fsyncs by the count in the WAL index', rows };
}

async function rowWith(connections: number, loadCollector: LoadCollector): Promise<Row> {
  const { requests, seconds, commits, p99Ms } = await loadCollector({
    messagesPerRequest: 1,
    connections,
    maxRequests: 30_000,
    maxSeconds: 2,
    visitors: 'interleaved',
  });
  const perFsync = `${numberText(requests / commits)} requests an fsync`;
  const perSecond = `${numberText(requests / seconds)} requests/s`;
  return {
    what: `${connections} at once`,
    measured: `${perFsync}, ${perSecond}, p99 ${numberText(p99Ms)} ms`,
  };
}
