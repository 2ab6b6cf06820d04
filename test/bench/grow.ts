/** A history that ingest has written, many times over: years of it by SQL, where ingest would take hours. */
import Database from 'better-sqlite3';

/**
 * Copies all leads with their histories, under ids of their own, until there are so many touchpoints. Names and
 * follow-ups stay with the first ones: no replay reads them.
 *
 * @param onProgress is told how many touchpoints there are
 */
export function growHistory(
  path: string,
  touchpoints: number,
  onProgress: (touchpoints: number) => void,
): void {
  const db = new Database(path);
  // Beyond this there is nothing to lose; the collector opens it durably again.
  db.pragma('synchronous = OFF');
  const largest = (table: string) => Number(db.prepare(`SELECT max(id) FROM ${table}`).pluck().get());
  const of = { leads: largest('leads'), visitors: largest('visitors'), touchpoints: largest('touchpoints') };
  const lead = `lead_id + $copy * ${of.leads}`;
  const touchpoint = `touchpoint_id + $copy * ${of.touchpoints}`;
  const states = 'version, site_id, heat, first_seen_at, last_seen_at, changes_at, silent_at, facets, state';
  const copies = [
    `INSERT INTO leads (id, site_id, public_id, user_id, email, identified_at, merged_into)
     SELECT id + $copy * ${of.leads}, site_id, public_id || '-' || $copy, user_id, email, identified_at,
       merged_into + $copy * ${of.leads} FROM leads WHERE id <= ${of.leads}`,
    `INSERT INTO visitors (id, site_id, anonymous_id, lead_id, session, retired_at, is_named)
     SELECT id + $copy * ${of.visitors}, site_id, anonymous_id || '-' || $copy, ${lead}, session, retired_at, is_named
     FROM visitors WHERE id <= ${of.visitors}`,
    `INSERT INTO touchpoints
       (id, site_id, message_id, visitor_id, type, name, at, received_at, trust, session_id, starts_session, data)
     SELECT id + $copy * ${of.touchpoints}, site_id, unhex(printf('%016x%016x', $copy, id)),
       visitor_id + $copy * ${of.visitors}, type, name, at, received_at, trust, session_id, starts_session, data
     FROM touchpoints WHERE id <= ${of.touchpoints}`,
    `INSERT INTO all_lead_states (lead_id, ${states}) SELECT ${lead}, ${states} FROM all_lead_states
     WHERE lead_id <= ${of.leads}`,
    `INSERT INTO all_score_entries
     SELECT site_id, ${lead}, version, ${touchpoint}, rule_id, points, at, capped_by, rule_points
     FROM all_score_entries WHERE lead_id <= ${of.leads}`,
    `INSERT INTO all_stage_moves SELECT site_id, ${lead}, version, ${touchpoint}, from_stage, to_stage, at
     FROM all_stage_moves WHERE lead_id <= ${of.leads}`,
  ].map((sql) => db.prepare<{ copy: number }>(sql));
  const copyAll = db.transaction((copy: number) => {
    for (const each of copies) each.run({ copy });
  });
  for (let copy = 1; copy * of.touchpoints < touchpoints; copy++) {
    copyAll(copy);
    onProgress((copy + 1) * of.touchpoints);
  }
  // In its own order, all at once: copy by copy its rows would go all over the table.
  db.prepare(
    `INSERT INTO all_lead_facets
     SELECT site_id, version, substr(each.value, 1, instr(each.value, ':') - 1),
       substr(each.value, instr(each.value, ':') + 1), lead_id
     FROM all_lead_states, json_each(facets) AS each WHERE lead_id > ${of.leads} ORDER BY 1, 2, 3, 4, 5`,
  ).run();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
