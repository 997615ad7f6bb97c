-- A second person's word on a decision: its state to be found by, and the whole of it as JSON. While it
-- is awaited the decision is held, and its deliveries have no time at which they are due.
ALTER TABLE resolutions ADD COLUMN approval TEXT
    CHECK (approval IN ('awaiting', 'approved', 'sent_back', 'undone', 'ended'));
ALTER TABLE resolutions ADD COLUMN approval_body TEXT;
CREATE INDEX resolutions_awaiting ON resolutions (id) WHERE approval = 'awaiting';
-- The group decision that it is part of.
ALTER TABLE resolutions ADD COLUMN group_id TEXT;

-- The same of a whole group: one approval for all of it.
ALTER TABLE group_decisions ADD COLUMN approval TEXT
    CHECK (approval IN ('awaiting', 'approved', 'sent_back', 'undone', 'ended'));
ALTER TABLE group_decisions ADD COLUMN approval_body TEXT;
CREATE INDEX group_decisions_awaiting ON group_decisions (id) WHERE approval = 'awaiting';
