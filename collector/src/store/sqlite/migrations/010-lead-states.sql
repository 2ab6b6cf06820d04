-- What the rules make of a lead is kept by version, as the ledgers are: a replay writes its own beside what is live, and
-- a swap is one number. `leads` keeps who it is. `lead_states` and `lead_facets` are those of the version that counts.
CREATE TABLE all_lead_states (
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  version INTEGER NOT NULL,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  -- Order of score at every time; see leads/heat.ts.
  heat REAL NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  -- When a flag, a segment or the fit may change with no touchpoint.
  changes_at INTEGER,
  -- When a hot lead that is heard of no more has been silent for longer than is usual.
  silent_at INTEGER,
  -- The lead's rows in lead_facets, as JSON (`["flag:at_risk"]`): a list that is cut by something else asks here.
  facets TEXT NOT NULL,
  -- LeadState as JSON.
  state TEXT NOT NULL,
  PRIMARY KEY (lead_id, version)
) STRICT;
-- A lead that was merged into another has none: what was folded of it is folded into the other.
INSERT INTO all_lead_states
  SELECT leads.id, folded_version, site_id, heat, first_seen_at, last_seen_at, changes_at, silent_at, facets, state
  FROM leads JOIN sites ON sites.id = site_id WHERE merged_into IS NULL;
CREATE INDEX lead_states_by_heat ON all_lead_states (site_id, version, heat, lead_id);
CREATE INDEX lead_states_by_last_seen ON all_lead_states (site_id, version, last_seen_at, lead_id);
CREATE INDEX lead_states_by_first_seen ON all_lead_states (site_id, version, first_seen_at, lead_id);
CREATE INDEX lead_states_by_change ON all_lead_states (site_id, version, changes_at) WHERE changes_at IS NOT NULL;
CREATE INDEX lead_states_by_silence ON all_lead_states (site_id, version, silent_at) WHERE silent_at IS NOT NULL;
CREATE VIEW lead_states AS
  SELECT states.* FROM all_lead_states AS states
  JOIN sites ON sites.id = states.site_id AND sites.folded_version = states.version;

CREATE TABLE all_lead_facets (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  PRIMARY KEY (site_id, version, kind, value, lead_id)
) STRICT, WITHOUT ROWID;
INSERT INTO all_lead_facets
  SELECT site_id, folded_version, kind, value, lead_id FROM lead_facets JOIN sites ON sites.id = site_id;
DROP TABLE lead_facets;
CREATE VIEW lead_facets AS
  SELECT facets.* FROM all_lead_facets AS facets
  JOIN sites ON sites.id = facets.site_id AND sites.folded_version = facets.version;

DROP INDEX leads_by_heat;
DROP INDEX leads_by_last_seen;
DROP INDEX leads_by_first_seen;
DROP INDEX leads_by_change;
DROP INDEX leads_by_silence;
DROP TRIGGER lead_changed_during_replay;
ALTER TABLE leads DROP COLUMN state;
ALTER TABLE leads DROP COLUMN facets;
ALTER TABLE leads DROP COLUMN heat;
ALTER TABLE leads DROP COLUMN stage;
ALTER TABLE leads DROP COLUMN first_seen_at;
ALTER TABLE leads DROP COLUMN last_seen_at;
ALTER TABLE leads DROP COLUMN changes_at;
ALTER TABLE leads DROP COLUMN silent_at;
-- In the order of their ids: the way of replays and exports.
CREATE INDEX leads_by_site ON leads (site_id) WHERE merged_into IS NULL;

-- When `folded_version` took the place of another. What time has changed in leads before that starts nothing: it did, or
-- did not, under the version before.
ALTER TABLE sites ADD COLUMN swapped_at INTEGER NOT NULL DEFAULT 0;
-- A swap used to leave it to the ticks after it to look at each lead; where some have not been, time has not told either.
UPDATE sites SET swapped_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE id IN (
  SELECT site_id FROM all_lead_states WHERE changes_at = 0);

-- How far each lead's history is folded under a version that is not live yet. A replay that was under way starts anew.
DROP TRIGGER visitor_moved_during_replay;
DROP TABLE lead_refolds;
CREATE TABLE lead_refolds (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  version INTEGER NOT NULL,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  -- Touchpoints up to this id are folded in; 0: none, and what there is of the lead is out of date.
  through INTEGER NOT NULL,
  -- The lead has touchpoints beyond, or may have.
  is_stale INTEGER NOT NULL,
  PRIMARY KEY (site_id, version, lead_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_refolds_stale ON lead_refolds (site_id, version, lead_id) WHERE is_stale;
CREATE INDEX lead_refolds_by_lead ON lead_refolds (lead_id);

-- Whatever changes a lead meanwhile, its refold learns of it: here, where no code can forget to tell.
CREATE TRIGGER lead_changed_during_replay AFTER UPDATE OF state ON all_lead_states
WHEN NEW.version = (
  SELECT folded_version FROM sites WHERE id = NEW.site_id AND (version <> live_version OR folded_version = 0))
BEGIN
  UPDATE lead_refolds SET is_stale = 1 WHERE lead_id = NEW.lead_id AND NOT is_stale;
END;
-- Its history has become another one: everything from the start.
CREATE TRIGGER visitor_moved_during_replay AFTER UPDATE OF lead_id ON visitors
WHEN OLD.lead_id <> NEW.lead_id AND (SELECT version <> live_version OR folded_version = 0 FROM sites WHERE id = NEW.site_id)
BEGIN
  UPDATE lead_refolds SET is_stale = 1, through = 0 WHERE lead_id IN (OLD.lead_id, NEW.lead_id);
END;
