-- Visitors who have refused, counted and nothing else: no row here says which touchpoint was whose, and none leads to
-- a lead. Days are UTC.

-- Today's only: with it goes all that could say that a visitor of one day is a visitor of another.
CREATE TABLE cookieless_salts (
  day TEXT PRIMARY KEY,
  salt BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Today's only, to count each visitor once.
CREATE TABLE cookieless_visitors (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  visitor_hash BLOB NOT NULL,
  PRIMARY KEY (site_id, visitor_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE cookieless_days (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  day TEXT NOT NULL,
  visitors INTEGER NOT NULL,
  views INTEGER NOT NULL,
  touchpoints INTEGER NOT NULL,
  PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE cookieless_paths (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  day TEXT NOT NULL,
  path TEXT NOT NULL,
  views INTEGER NOT NULL,
  PRIMARY KEY (site_id, day, path)
) STRICT, WITHOUT ROWID;
