/** Keeps the keys by which leads look alike (leads/duplicates.ts), and notes a pair as soon as there is one. */
import type { Database } from 'better-sqlite3';
import { type MatchKey, matchKeys } from '../../leads/duplicates.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { LoadedLead } from './group.ts';

/** With how many others a lead is paired for one key: a switchboard's number would pair everybody with everybody. */
const MAX_PAIRS_PER_KEY = 10;

export interface MatchKeys {
  /** To be called when what is known of a person has changed. */
  write(site: CompiledSite, lead: LoadedLead, now: number): void;
  /** The pairs of `from` become those of `into`, which is to be written after. */
  merge(fromLeadId: number, intoLeadId: number): void;
}

export function matchKeyWriter(db: Database): MatchKeys {
  const select = db.prepare<[number], MatchKey>('SELECT kind, value FROM lead_match_keys WHERE lead_id = ?');
  const selectAddresses = db.prepare<[number], { kind: 'email' | 'phone'; value: string }>(
    `SELECT kind, value FROM lead_identifiers WHERE lead_id = ? AND kind <> 'user'`,
  );
  const insert = db.prepare<[number, string, string, number]>(
    'INSERT INTO lead_match_keys (site_id, kind, value, lead_id) VALUES (?, ?, ?, ?)',
  );
  const remove = db.prepare<[number, string, string, number]>(
    'DELETE FROM lead_match_keys WHERE site_id = ? AND kind = ? AND value = ? AND lead_id = ?',
  );
  const removeAll = db.prepare<[number]>('DELETE FROM lead_match_keys WHERE lead_id = ?');
  const selectOthers = db
    .prepare<[number, string, string, number], number>(
      `SELECT lead_id FROM lead_match_keys WHERE site_id = ? AND kind = ? AND value = ? AND lead_id <> ?
       ORDER BY lead_id DESC LIMIT ${MAX_PAIRS_PER_KEY}`,
    )
    .pluck();
  const pair = db.prepare<[number, number, number, number]>(
    `INSERT INTO duplicates (site_id, first_lead_id, second_lead_id, found_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  // Who has been found not to be `from` is not `into` either.
  const inherit = db.prepare(
    `INSERT INTO duplicates (site_id, first_lead_id, second_lead_id, found_at, dismissed_at)
     SELECT site_id, min(other, $into), max(other, $into), found_at, dismissed_at FROM (
       SELECT *, iif(first_lead_id = $from, second_lead_id, first_lead_id) AS other FROM duplicates
       WHERE first_lead_id = $from OR second_lead_id = $from)
     WHERE other <> $into
     ON CONFLICT DO UPDATE SET dismissed_at = coalesce(dismissed_at, excluded.dismissed_at)`,
  );
  const disown = db.prepare<[number, number]>(
    'DELETE FROM duplicates WHERE first_lead_id = ? OR second_lead_id = ?',
  );

  return {
    write(site, lead, now) {
      if (!lead.state) return;
      const known = select.all(lead.id);
      const addresses = selectAddresses.all(lead.id);
      const keys = matchKeys(lead.state, addresses, site.site.country);
      const isIn = (list: MatchKey[], { kind, value }: MatchKey) =>
        list.some((each) => each.kind === kind && each.value === value);
      for (const key of known) {
        if (!isIn(keys, key)) remove.run(site.id, key.kind, key.value, lead.id);
      }
      for (const key of keys) {
        if (isIn(known, key)) continue;
        insert.run(site.id, key.kind, key.value, lead.id);
        for (const other of selectOthers.all(site.id, key.kind, key.value, lead.id)) {
          pair.run(site.id, Math.min(lead.id, other), Math.max(lead.id, other), now);
        }
      }
    },
    merge(from, into) {
      removeAll.run(from);
      inherit.run({ from, into });
      disown.run(from, from);
    },
  };
}
