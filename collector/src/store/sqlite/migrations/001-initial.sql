-- Times are integer milliseconds UTC. Ids outside are prefixed strings (public_id); inside they are integers.
-- Every row carries its site.

CREATE TABLE installation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Signs what the collector hands out and takes back: unsubscribe links.
  signing_secret BLOB NOT NULL
) STRICT;

CREATE TABLE sites (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  -- The version whose rules every lead's state was folded under; behind `version` while a replay is under way.
  folded_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE site_versions (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (site_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
  -- SHA-256: the keys are random and long, so that no slow hash is needed. The key itself is not kept.
  hash BLOB PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  kind TEXT NOT NULL CHECK (kind IN ('write', 'secret')),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dashboard_sessions (
  hash BLOB PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leads (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  public_id TEXT NOT NULL UNIQUE,
  user_id TEXT,
  email TEXT,
  -- Order of score at every time; see leads/heat.ts.
  heat REAL NOT NULL,
  stage TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  identified_at INTEGER,
  -- LeadState as JSON.
  state TEXT NOT NULL,
  merged_into INTEGER REFERENCES leads (id)
) STRICT;
CREATE INDEX leads_by_heat ON leads (site_id, heat, id) WHERE merged_into IS NULL;
CREATE INDEX leads_by_last_seen ON leads (site_id, last_seen_at, id) WHERE merged_into IS NULL;

-- All the names a lead answers to; a merged lead's names go over to the one it was merged into.
CREATE TABLE lead_identifiers (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  kind TEXT NOT NULL CHECK (kind IN ('user', 'email')),
  value TEXT NOT NULL,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  PRIMARY KEY (site_id, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_identifiers_by_lead ON lead_identifiers (lead_id);

CREATE TABLE lead_merges (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  from_lead_id INTEGER NOT NULL REFERENCES leads (id),
  into_lead_id INTEGER NOT NULL REFERENCES leads (id),
  reason TEXT NOT NULL CHECK (reason IN ('identified', 'same_email', 'alias')),
  message_id ANY NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- One browser, or (with no anonymous_id) what servers say about a lead.
CREATE TABLE visitors (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  anonymous_id TEXT,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  -- The latest session as JSON.
  session TEXT,
  -- Set once another person uses the browser: the next visitor has its anonymous_id from then on.
  retired_at INTEGER
) STRICT;
CREATE UNIQUE INDEX visitors_by_anonymous_id ON visitors (site_id, anonymous_id)
  WHERE anonymous_id IS NOT NULL AND retired_at IS NULL;
CREATE INDEX visitors_by_lead ON visitors (lead_id);

CREATE TABLE touchpoints (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  -- 16 bytes for a UUID, else text.
  message_id ANY NOT NULL,
  visitor_id INTEGER NOT NULL REFERENCES visitors (id),
  type TEXT NOT NULL CHECK (type IN ('track', 'page', 'identify', 'group', 'alias')),
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  trust TEXT NOT NULL CHECK (trust IN ('browser', 'server')),
  session_id ANY,
  starts_session INTEGER NOT NULL,
  -- The rest as JSON, without its nulls.
  data TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX touchpoints_by_message_id ON touchpoints (site_id, message_id);
CREATE INDEX touchpoints_by_visitor ON touchpoints (visitor_id);

CREATE TABLE score_entries (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  touchpoint_id INTEGER NOT NULL REFERENCES touchpoints (id),
  rule_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  points REAL NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (lead_id, touchpoint_id, rule_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE stage_moves (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  touchpoint_id INTEGER NOT NULL REFERENCES touchpoints (id),
  from_stage TEXT NOT NULL,
  to_stage TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (lead_id, touchpoint_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
  id INTEGER PRIMARY KEY REFERENCES touchpoints (id),
  site_id INTEGER NOT NULL REFERENCES sites (id),
  visitor_id INTEGER NOT NULL REFERENCES visitors (id),
  prompt_id TEXT NOT NULL,
  question_id TEXT NOT NULL,
  value ANY NOT NULL
) STRICT;
CREATE INDEX answers_by_site ON answers (site_id, id);

-- Kept as they came, so that nothing is lost and they can be sent again.
CREATE TABLE rejected_messages (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  message_id TEXT,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  trust TEXT NOT NULL CHECK (trust IN ('browser', 'server')),
  sent_at INTEGER,
  received_at INTEGER NOT NULL,
  -- As JSON; the first 32 KB of one that was too large.
  body TEXT NOT NULL,
  replayed_at INTEGER
) STRICT;
CREATE INDEX rejected_messages_by_site ON rejected_messages (site_id, id);

CREATE TABLE enrollments (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  sequence_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'completed', 'goal_met', 'exited')),
  reason TEXT,
  anchor_at INTEGER NOT NULL,
  step INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX enrollments_by_lead ON enrollments (lead_id);
CREATE UNIQUE INDEX enrollments_active ON enrollments (lead_id, sequence_id) WHERE status = 'active';

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  public_id TEXT NOT NULL UNIQUE,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  enrollment_id INTEGER NOT NULL REFERENCES enrollments (id),
  step INTEGER NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'task')),
  status TEXT NOT NULL CHECK (status IN ('due', 'leased', 'sent', 'failed', 'skipped')),
  reason TEXT,
  due_at INTEGER NOT NULL,
  sent_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Who holds the lease; only they may settle it.
  lease TEXT,
  leased_until INTEGER,
  -- CheckResult[] as JSON.
  checks TEXT,
  UNIQUE (enrollment_id, step)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE status = 'due';
CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE status = 'leased';
CREATE INDEX deliveries_by_site ON deliveries (site_id, id);
CREATE INDEX deliveries_by_lead ON deliveries (lead_id);

CREATE TABLE delivery_attempts (
  delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'retry', 'failed')),
  detail TEXT NOT NULL,
  PRIMARY KEY (delivery_id, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  public_id TEXT NOT NULL UNIQUE,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  delivery_id INTEGER NOT NULL UNIQUE REFERENCES deliveries (id),
  title TEXT NOT NULL,
  reason TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  done_at INTEGER
) STRICT;
CREATE INDEX tasks_open ON tasks (site_id, due_at, id) WHERE done_at IS NULL;
CREATE INDEX tasks_by_lead ON tasks (lead_id);

CREATE TABLE suppressions (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  address TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('unsubscribed')),
  at INTEGER NOT NULL,
  PRIMARY KEY (site_id, address)
) STRICT, WITHOUT ROWID;
