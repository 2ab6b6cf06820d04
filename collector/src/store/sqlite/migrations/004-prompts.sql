-- What became of each showing of a prompt, or of its being held back, with what its results are split by.
CREATE TABLE impressions (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  prompt_id TEXT NOT NULL,
  visitor_id INTEGER NOT NULL REFERENCES visitors (id),
  -- 16 bytes for a UUID, else text; where the sender gave none, the message's own.
  impression_id ANY NOT NULL,
  at INTEGER NOT NULL,
  held_out INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER,
  dismissed_at INTEGER,
  acted_at INTEGER,
  path TEXT,
  device TEXT,
  channel TEXT,
  -- Of the lead, then.
  stage TEXT,
  -- A JSON list of ids; NULL where it was in none.
  segments TEXT,
  UNIQUE (visitor_id, prompt_id, impression_id)
) STRICT;
CREATE INDEX impressions_by_prompt ON impressions (site_id, prompt_id, at, id);

CREATE TABLE new_answers (
  id INTEGER PRIMARY KEY REFERENCES touchpoints (id),
  site_id INTEGER NOT NULL REFERENCES sites (id),
  visitor_id INTEGER NOT NULL REFERENCES visitors (id),
  impression_key INTEGER NOT NULL REFERENCES impressions (id),
  prompt_id TEXT NOT NULL,
  question_id TEXT NOT NULL,
  -- As the page said; NULL where it did not.
  question_type TEXT,
  -- Text or number; a list of texts is JSON, as a blob.
  value ANY NOT NULL,
  -- Of the cart, then.
  cart_value REAL
) STRICT;
INSERT INTO impressions (site_id, prompt_id, visitor_id, impression_id, at, held_out, started_at, path, channel)
  SELECT answers.site_id, prompt_id, answers.visitor_id, message_id, at, 0, at, json_extract(data, '$.page.path'),
    json_extract(data, '$.source.channel')
  FROM answers JOIN touchpoints ON touchpoints.id = answers.id;
INSERT INTO new_answers
  SELECT answers.id, answers.site_id, answers.visitor_id, impressions.id, answers.prompt_id, question_id,
    json_extract(data, '$.properties.questionType'), value, NULL
  FROM answers JOIN touchpoints ON touchpoints.id = answers.id
    JOIN impressions ON impressions.visitor_id = answers.visitor_id AND impressions.prompt_id = answers.prompt_id
      AND impression_id = message_id;
DROP TABLE answers;
ALTER TABLE new_answers RENAME TO answers;
CREATE INDEX answers_by_site ON answers (site_id, id);
CREATE INDEX answers_by_prompt ON answers (site_id, prompt_id, id);
CREATE INDEX answers_by_impression ON answers (impression_key);

-- Why prompts were shown or not, as browsers counted it, by the day (UTC) on which they told.
CREATE TABLE prompt_decisions (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  prompt_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site_id, prompt_id, day, reason)
) STRICT, WITHOUT ROWID;

-- The same for one browser, so that it can be explained for one person; with it goes along when leads are merged.
CREATE TABLE visitor_prompt_decisions (
  visitor_id INTEGER NOT NULL REFERENCES visitors (id),
  prompt_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (visitor_id, prompt_id, reason)
) STRICT, WITHOUT ROWID;

-- Drafts that may be looked at on a page by whoever has the token; only its hash is kept.
CREATE TABLE prompt_previews (
  hash BLOB PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  prompt TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many mails an address was sent, whichever leads claim it.
CREATE INDEX leads_by_email ON leads (site_id, email) WHERE email IS NOT NULL;

-- Leads now remember what became of each prompt: their histories are folded anew.
UPDATE sites SET folded_version = 0;
