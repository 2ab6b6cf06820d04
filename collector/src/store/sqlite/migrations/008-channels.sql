-- What the site's own systems are told; each listening endpoint has a delivery of it.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  public_id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  -- NULL: about no lead.
  lead_id INTEGER REFERENCES leads (id),
  at INTEGER NOT NULL,
  -- As JSON.
  data TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_lead ON events (lead_id) WHERE lead_id IS NOT NULL;

-- SQLite cannot loosen a column: the table is made anew, under its own name, so that what refers to it still does.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE old_deliveries AS SELECT * FROM deliveries;
DROP TABLE deliveries;
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  public_id TEXT NOT NULL UNIQUE,
  lead_id INTEGER REFERENCES leads (id),
  -- It comes from a step of a sequence …
  enrollment_id INTEGER REFERENCES enrollments (id),
  step INTEGER,
  -- … or tells of an event.
  event_id INTEGER REFERENCES events (id),
  channel TEXT NOT NULL,
  -- Of the site's configuration.
  endpoint TEXT,
  -- Deliveries of one lane wait for each other; see follow-ups/lanes.ts.
  lane TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('due', 'leased', 'sent', 'failed', 'skipped')),
  reason TEXT,
  -- What the other side said last, or what was wrong with the message.
  detail TEXT,
  due_at INTEGER NOT NULL,
  sent_at INTEGER,
  -- 1: the message has reached the person, and counts in the contact budget.
  contacted INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Of these, before it was last retried by hand: the schedule starts anew then.
  earlier_attempts INTEGER NOT NULL DEFAULT 0,
  retried_at INTEGER,
  -- Its turn among the messages to one mail domain; taken once.
  turn_at INTEGER,
  -- Who holds the lease; only they may settle it.
  lease TEXT,
  leased_until INTEGER,
  -- CheckResult[] as JSON.
  checks TEXT,
  CHECK ((enrollment_id IS NULL) = (step IS NULL)),
  CHECK ((enrollment_id IS NULL) <> (event_id IS NULL)),
  UNIQUE (enrollment_id, step),
  UNIQUE (event_id, endpoint)
) STRICT;
INSERT INTO deliveries (id, site_id, public_id, lead_id, enrollment_id, step, channel, lane, status, reason, detail,
    due_at, sent_at, contacted, attempts, lease, leased_until, checks)
  SELECT id, site_id, public_id, lead_id, enrollment_id, step, channel, channel, status, reason,
    (SELECT detail FROM delivery_attempts WHERE delivery_id = old_deliveries.id ORDER BY attempt DESC LIMIT 1),
    due_at, sent_at, channel = 'email' AND status = 'sent' AND enrollment_id NOT IN (
      SELECT id FROM enrollments WHERE sequence_id IN ('confirm_email', 'saved_cart')), attempts, lease, leased_until, checks FROM old_deliveries;
DROP TABLE old_deliveries;
CREATE INDEX deliveries_due ON deliveries (lane, due_at) WHERE status = 'due';
CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE status = 'leased';
CREATE INDEX deliveries_by_site ON deliveries (site_id, id);
CREATE INDEX deliveries_by_lead ON deliveries (lead_id);
CREATE INDEX deliveries_due_by_lead ON deliveries (lead_id, due_at) WHERE status = 'due';
-- As in 005: they went with the table.
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
CREATE INDEX deliveries_undelivered ON deliveries (site_id, endpoint, id) WHERE endpoint IS NOT NULL;

ALTER TABLE delivery_attempts ADD COLUMN took_ms INTEGER;

CREATE TABLE endpoint_health (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  endpoint TEXT NOT NULL,
  -- Since the first attempt that failed after the last that did not.
  failing_since INTEGER,
  last_success_at INTEGER,
  last_failure_at INTEGER,
  last_failure TEXT,
  disabled_at INTEGER,
  disabled_reason TEXT CHECK (disabled_reason IN ('gone', 'failing', 'by_hand')),
  PRIMARY KEY (site_id, endpoint)
) STRICT, WITHOUT ROWID;

-- How far the minutes of a rate are given away: all up to `minute`, and `count` of that one.
CREATE TABLE send_turns (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  channel TEXT NOT NULL,
  key TEXT NOT NULL,
  minute INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site_id, channel, key)
) STRICT, WITHOUT ROWID;

ALTER TABLE tasks ADD COLUMN owner TEXT;
-- As first promised; `due_at` moves when it is snoozed.
ALTER TABLE tasks ADD COLUMN promised_at INTEGER;
-- When somebody must be told that it is overdue; NULL: done, or told.
ALTER TABLE tasks ADD COLUMN alarm_at INTEGER;
UPDATE tasks SET promised_at = due_at;
UPDATE tasks SET alarm_at = due_at WHERE done_at IS NULL;
CREATE INDEX tasks_alarms ON tasks (alarm_at) WHERE alarm_at IS NOT NULL;
CREATE INDEX tasks_by_creation ON tasks (site_id, created_at);

ALTER TABLE suppressions RENAME TO old_suppressions;
CREATE TABLE suppressions (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  address TEXT NOT NULL,
  -- '' is everything.
  topic TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('unsubscribed', 'bounced', 'complained', 'manual')),
  detail TEXT,
  at INTEGER NOT NULL,
  UNIQUE (site_id, address, topic)
) STRICT;
INSERT INTO suppressions (site_id, address, topic, reason, at)
  SELECT site_id, address, '', reason, at FROM old_suppressions;
DROP TABLE old_suppressions;
