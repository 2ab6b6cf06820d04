-- Steps that send nothing, runs that are measured, and what became of messages.

-- When a run comes to a step that sends nothing; NULL while its next step is a delivery, or it is over.
ALTER TABLE enrollments ADD COLUMN timer_at INTEGER;
-- 1: nothing reaches the lead, to measure what the sequence brings.
ALTER TABLE enrollments ADD COLUMN held_out INTEGER NOT NULL DEFAULT 0;
-- When the goal was first met, which may be after the last step; and what was bought then, in the site's currency.
ALTER TABLE enrollments ADD COLUMN goal_at INTEGER;
ALTER TABLE enrollments ADD COLUMN goal_value REAL;
UPDATE enrollments SET goal_at = ended_at WHERE status = 'goal_met';
CREATE INDEX enrollments_due ON enrollments (site_id, timer_at) WHERE timer_at IS NOT NULL;
CREATE INDEX enrollments_by_sequence ON enrollments (site_id, sequence_id, started_at);
-- Which versions of the configuration runs still go on by.
CREATE INDEX enrollments_running ON enrollments (site_id, version, sequence_id) WHERE status = 'active';

-- The step's name, which stays the same over edits; `step` is its place.
ALTER TABLE deliveries ADD COLUMN step_id TEXT;
UPDATE deliveries SET step_id = CAST(step AS TEXT) WHERE step IS NOT NULL;
-- When it was meant to come, but for what the guards themselves have put off.
ALTER TABLE deliveries ADD COLUMN planned_at INTEGER;
UPDATE deliveries SET planned_at = due_at;
ALTER TABLE deliveries ADD COLUMN opened_at INTEGER;
ALTER TABLE deliveries ADD COLUMN clicked_at INTEGER;
ALTER TABLE deliveries ADD COLUMN bounced_at INTEGER;

-- What steps did that send nothing.
CREATE TABLE enrollment_steps (
  enrollment_id INTEGER NOT NULL REFERENCES enrollments (id),
  step INTEGER NOT NULL,
  step_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  -- The way that was taken, what was marked, or why not.
  detail TEXT,
  PRIMARY KEY (enrollment_id, step)
) STRICT, WITHOUT ROWID;
