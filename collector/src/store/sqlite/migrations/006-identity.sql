-- Who vouches for a name, phone numbers as names, merges by the owner, and leads that look alike.

CREATE TABLE identifiers_with_trust (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  -- A phone number is in E.164.
  kind TEXT NOT NULL CHECK (kind IN ('user', 'email', 'phone')),
  value TEXT NOT NULL,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  -- `browser`: merely claimed.
  trust TEXT NOT NULL CHECK (trust IN ('browser', 'server')),
  PRIMARY KEY (site_id, kind, value)
) STRICT, WITHOUT ROWID;
INSERT INTO identifiers_with_trust
  SELECT names.site_id, kind, value, lead_id, iif(EXISTS (
    SELECT 1 FROM leads WHERE leads.id = lead_id AND state ->> '$.traits.email.trust' = 'server'
      AND lower(trim(state ->> '$.traits.email.value')) = names.value), 'server', 'browser')
  FROM lead_identifiers AS names;
DROP TABLE lead_identifiers;
ALTER TABLE identifiers_with_trust RENAME TO lead_identifiers;
CREATE INDEX lead_identifiers_by_lead ON lead_identifiers (lead_id);

CREATE TABLE merges_with_owner (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  from_lead_id INTEGER NOT NULL REFERENCES leads (id),
  into_lead_id INTEGER NOT NULL REFERENCES leads (id),
  reason TEXT NOT NULL CHECK (reason IN ('identified', 'same_email', 'same_phone', 'alias', 'by_owner')),
  -- What told; NULL where a person decided.
  message_id ANY,
  -- Who decided, in their own words.
  decided_by TEXT,
  at INTEGER NOT NULL
) STRICT;
INSERT INTO merges_with_owner
  SELECT id, site_id, from_lead_id, into_lead_id, reason, message_id, NULL, at FROM lead_merges;
DROP TABLE lead_merges;
ALTER TABLE merges_with_owner RENAME TO lead_merges;
CREATE INDEX lead_merges_by_into ON lead_merges (into_lead_id);
CREATE INDEX lead_merges_by_from ON lead_merges (from_lead_id);

-- Somebody was joined with the lead on the claim of an address: see leads/identity.ts.
ALTER TABLE leads ADD COLUMN joined_on_claim INTEGER NOT NULL DEFAULT 0;
-- The visitor has said the lead's user id.
ALTER TABLE visitors ADD COLUMN is_named INTEGER NOT NULL DEFAULT 0;
CREATE INDEX leads_merged ON leads (merged_into) WHERE merged_into IS NOT NULL;

-- Who shares one may be the same person: see leads/duplicates.ts.
CREATE TABLE lead_match_keys (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  kind TEXT NOT NULL CHECK (kind IN ('same_email', 'same_phone', 'same_name_and_company')),
  value TEXT NOT NULL,
  lead_id INTEGER NOT NULL REFERENCES leads (id),
  PRIMARY KEY (site_id, kind, value, lead_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_match_keys_by_lead ON lead_match_keys (lead_id);

-- Pairs that share a key, or did. Those that no longer do are not listed.
CREATE TABLE duplicates (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  first_lead_id INTEGER NOT NULL REFERENCES leads (id),
  second_lead_id INTEGER NOT NULL REFERENCES leads (id),
  found_at INTEGER NOT NULL,
  -- The owner has said that they are two people.
  dismissed_at INTEGER,
  CHECK (first_lead_id < second_lead_id),
  UNIQUE (first_lead_id, second_lead_id)
) STRICT;
CREATE INDEX duplicates_by_site ON duplicates (site_id, id);
CREATE INDEX duplicates_by_second ON duplicates (second_lead_id);
