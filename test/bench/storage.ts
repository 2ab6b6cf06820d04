/** What a touchpoint costs on disk, with its share of its lead, its score entries and every index. */
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { measureCollector } from './bench-collector.ts';
import { atMost, numberText, type Table } from './table.ts';

export async function benchStorage(folder: string): Promise<Table> {
  const { databasePath, touchpoints } = await measureCollector(folder, (loadCollector) =>
    loadCollector({ messagesPerRequest: 20, connections: 16, maxRequests: 4_000, maxSeconds: 10 }),
  );
  const wholeBytes = statSync(databasePath).size / touchpoints;
  const db = new Database(databasePath, { readonly: true });
  const tables = db
    .prepare<[], { name: string; bytes: number }>(
      `SELECT tbl_name AS name, sum(pgsize) AS bytes FROM dbstat JOIN sqlite_schema USING (name)
       GROUP BY tbl_name ORDER BY bytes DESC LIMIT 5`,
    )
    .all();
  const leads = Number(db.prepare('SELECT count(*) FROM leads').pluck().get());
  db.close();
  return {
    title: `storage: ${touchpoints.toLocaleString('en')} touchpoints of ${leads.toLocaleString('en')} leads, by the file`,
    rows: [
      {
        what: 'bytes a touchpoint, all tables and indexes',
        measured: numberText(wholeBytes),
        budget: atMost(250, wholeBytes),
      },
      ...tables.map(({ name, bytes }) => ({ what: `  ${name}`, measured: numberText(bytes / touchpoints) })),
    ],
  };
}
