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
