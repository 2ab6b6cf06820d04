-- What a lead is found by in lists: its flags, tags, segments, fit, stage, channel, and the words that a search finds
-- it by. Written with the lead, by the same hand; what of it changes by the passing of time alone, when that is due.
CREATE TABLE lead_facets (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  PRIMARY KEY (site_id, kind, value, lead_id)
) STRICT, WITHOUT ROWID;

-- The lead's rows in lead_facets, as JSON (`["flag:at_risk"]`): a list that is cut by something else asks here.
ALTER TABLE leads ADD COLUMN facets TEXT NOT NULL DEFAULT '[]';
-- When a flag, a segment or the fit may change with no touchpoint.
ALTER TABLE leads ADD COLUMN changes_at INTEGER;
-- When a hot lead that is heard of no more has been silent for longer than is usual.
ALTER TABLE leads ADD COLUMN silent_at INTEGER;
CREATE INDEX leads_by_change ON leads (changes_at) WHERE changes_at IS NOT NULL;
CREATE INDEX leads_by_silence ON leads (silent_at) WHERE silent_at IS NOT NULL;
CREATE INDEX leads_by_first_seen ON leads (site_id, first_seen_at, id) WHERE merged_into IS NULL;

-- Of the deliveries that are due to a lead, the first. Kept by the database, whoever writes deliveries.
ALTER TABLE leads ADD COLUMN next_due_at INTEGER;
CREATE INDEX leads_by_next_due ON leads (site_id, next_due_at, id) WHERE merged_into IS NULL;
CREATE INDEX deliveries_due_by_lead ON deliveries (lead_id, due_at) WHERE status = 'due';
CREATE TRIGGER next_due_after_insert AFTER INSERT ON deliveries BEGIN
  UPDATE leads SET next_due_at = (
    SELECT min(due_at) FROM deliveries WHERE lead_id = NEW.lead_id AND status = 'due') WHERE id = NEW.lead_id;
END;
CREATE TRIGGER next_due_after_update AFTER UPDATE OF status, due_at, lead_id ON deliveries BEGIN
  UPDATE leads SET next_due_at = (
    SELECT min(due_at) FROM deliveries WHERE lead_id = leads.id AND status = 'due')
  WHERE id IN (OLD.lead_id, NEW.lead_id);
END;
CREATE TRIGGER next_due_after_delete AFTER DELETE ON deliveries BEGIN
  UPDATE leads SET next_due_at = (
    SELECT min(due_at) FROM deliveries WHERE lead_id = OLD.lead_id AND status = 'due') WHERE id = OLD.lead_id;
END;
UPDATE leads SET next_due_at = (
  SELECT min(due_at) FROM deliveries WHERE lead_id = leads.id AND status = 'due');

CREATE INDEX lead_merges_by_survivor ON lead_merges (into_lead_id);

-- How long people stay away between two sessions, counted by bucket (leads/silence.ts); segment '' is everybody.
CREATE TABLE session_gaps (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  segment TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site_id, segment, bucket)
) STRICT, WITHOUT ROWID;

-- A contribution that its group's cap has cut: the group, and what the rule gives otherwise.
ALTER TABLE score_entries ADD COLUMN capped_by TEXT;
ALTER TABLE score_entries ADD COLUMN rule_points REAL;

-- The fold knows more of a lead than it did: every history is folded anew.
UPDATE sites SET folded_version = 0;
