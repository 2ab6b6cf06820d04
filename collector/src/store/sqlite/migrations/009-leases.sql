-- A lease ends by what is seen of it, and no longer at a time that a step of the clock could bring forward: see
-- follow-ups/leases.ts.
DROP INDEX deliveries_leased;
ALTER TABLE deliveries DROP COLUMN leased_until;
-- How often whoever holds the lease has renewed it.
ALTER TABLE deliveries ADD COLUMN renewals INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_leased ON deliveries (lease, renewals) WHERE status = 'leased';

-- Of two messages that are due to a lead, the higher goes first.
ALTER TABLE deliveries ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_leased_by_lead ON deliveries (lead_id) WHERE status = 'leased';

-- For the contact budget, which would else look at all that was ever told of a lead.
CREATE INDEX deliveries_contacts ON deliveries (lead_id, sent_at) WHERE contacted = 1;

-- As in 008, but only where what is due changes: a message that is sent was leased before.
DROP TRIGGER next_due_after_update;
CREATE TRIGGER next_due_after_update AFTER UPDATE OF status, due_at, lead_id ON deliveries
WHEN OLD.status = 'due' OR NEW.status = 'due' BEGIN
  UPDATE leads SET next_due_at = (
    SELECT min(due_at) FROM deliveries WHERE lead_id = leads.id AND status = 'due')
  WHERE id IN (OLD.lead_id, NEW.lead_id);
END;
