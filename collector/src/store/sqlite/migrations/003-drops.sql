-- What browsers could not keep or deliver, as their SDK counted it. One row a site, day and reason, so that a public
-- key cannot fill the disk.
CREATE TABLE drops (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  -- The start of the day, UTC.
  day INTEGER NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site_id, day, reason)
) STRICT, WITHOUT ROWID;
