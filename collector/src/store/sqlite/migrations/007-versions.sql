-- Who published a version, and how; NULL where nobody said.
ALTER TABLE site_versions ADD COLUMN published_by TEXT;
ALTER TABLE site_versions ADD COLUMN via TEXT NOT NULL DEFAULT 'file'
  CHECK (via IN ('first', 'file', 'api', 'dashboard', 'rollback'));

-- `version` is the latest. It is live once history has been folded under it, or at once where it folds alike; then
-- `folded_version` stays that of the version before. A `folded_version` of 0: everything is to be folded anew.
ALTER TABLE sites ADD COLUMN live_version INTEGER NOT NULL DEFAULT 1;
-- Leads above this id still have rows of versions that are no longer live; NULL: none has.
ALTER TABLE sites ADD COLUMN sweep_after INTEGER;
UPDATE sites SET live_version = CASE folded_version WHEN 0 THEN version ELSE folded_version END;

-- The ledgers are kept by version, so that a replay can write its own beside those that are live, and a swap need not
-- move them. `score_entries` and `stage_moves` are those of the version that leads are folded under.
CREATE TABLE all_score_entries (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  version INTEGER NOT NULL,
  touchpoint_id INTEGER NOT NULL REFERENCES touchpoints (id),
  rule_id TEXT NOT NULL,
  points REAL NOT NULL,
  at INTEGER NOT NULL,
  -- A contribution that its group's cap has cut: the group, and what the rule gives otherwise.
  capped_by TEXT,
  rule_points REAL,
  PRIMARY KEY (lead_id, version, touchpoint_id, rule_id)
) STRICT, WITHOUT ROWID;
INSERT INTO all_score_entries
  SELECT site_id, lead_id, folded_version, touchpoint_id, rule_id, points, at, capped_by, rule_points
  FROM score_entries JOIN sites ON sites.id = site_id;
DROP TABLE score_entries;
CREATE VIEW score_entries AS
  SELECT entries.* FROM all_score_entries AS entries
  JOIN sites ON sites.id = entries.site_id AND sites.folded_version = entries.version;

CREATE TABLE all_stage_moves (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  version INTEGER NOT NULL,
  touchpoint_id INTEGER NOT NULL REFERENCES touchpoints (id),
  from_stage TEXT NOT NULL,
  to_stage TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (lead_id, version, touchpoint_id)
) STRICT, WITHOUT ROWID;
INSERT INTO all_stage_moves
  SELECT site_id, lead_id, folded_version, touchpoint_id, from_stage, to_stage, at
  FROM stage_moves JOIN sites ON sites.id = site_id;
DROP TABLE stage_moves;
CREATE VIEW stage_moves AS
  SELECT moves.* FROM all_stage_moves AS moves
  JOIN sites ON sites.id = moves.site_id AND sites.folded_version = moves.version;

-- Leads folded anew under a version that is not live yet. Survives a restart, which goes on with what is left.
CREATE TABLE lead_refolds (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  version INTEGER NOT NULL,
  lead_id INTEGER NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  -- Touchpoints up to this id are folded in.
  through INTEGER NOT NULL,
  -- The lead has touchpoints beyond, or may have.
  is_stale INTEGER NOT NULL,
  -- LeadState as JSON; NULL where nothing is folded in yet.
  state TEXT,
  PRIMARY KEY (site_id, version, lead_id)
) STRICT;
CREATE INDEX lead_refolds_stale ON lead_refolds (site_id, version, lead_id) WHERE is_stale;
CREATE INDEX lead_refolds_by_lead ON lead_refolds (lead_id);

-- Whatever changes a lead meanwhile, its refold learns of it: here, where no code can forget to tell.
CREATE TRIGGER lead_changed_during_replay AFTER UPDATE OF state ON leads
WHEN (SELECT version <> live_version OR folded_version = 0 FROM sites WHERE id = NEW.site_id)
BEGIN
  UPDATE lead_refolds SET is_stale = 1 WHERE lead_id = NEW.id AND NOT is_stale;
END;
-- Its history has become another one: everything from the start.
CREATE TRIGGER visitor_moved_during_replay AFTER UPDATE OF lead_id ON visitors
WHEN OLD.lead_id <> NEW.lead_id AND (SELECT version <> live_version OR folded_version = 0 FROM sites WHERE id = NEW.site_id)
BEGIN
  UPDATE lead_refolds SET is_stale = 1, through = 0, state = NULL WHERE lead_id IN (OLD.lead_id, NEW.lead_id);
END;
