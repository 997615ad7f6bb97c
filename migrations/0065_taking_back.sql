-- Whether a second person has to approve a row, so that it is known anew when rows are taken out of a set.
ALTER TABLE group_members ADD COLUMN asks BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE group_members SET asks = TRUE WHERE group_id IN (
    SELECT id FROM group_decisions WHERE state = 'draft' AND needs_approval
);

-- One approval for a whole reversal: nothing of it is put back before.
ALTER TABLE group_decisions ADD COLUMN back_approval TEXT
    CHECK (back_approval IN ('awaiting', 'approved', 'sent_back', 'undone', 'ended'));
ALTER TABLE group_decisions ADD COLUMN back_approval_body TEXT;
CREATE INDEX group_decisions_back_awaiting ON group_decisions (id) WHERE back_approval = 'awaiting';

-- Since when an approval is awaited: the oldest is listed first, and none waits for ever.
ALTER TABLE resolutions ADD COLUMN approval_at TEXT;
ALTER TABLE group_decisions ADD COLUMN approval_at TEXT;
ALTER TABLE group_decisions ADD COLUMN back_approval_at TEXT;
UPDATE resolutions SET approval_at = created_at WHERE approval = 'awaiting';
UPDATE group_decisions SET approval_at = created_at WHERE approval = 'awaiting';
