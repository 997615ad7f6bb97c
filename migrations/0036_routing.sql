-- Who is to look at a conflict, and when.
--
-- A conflict that waits is not in the queue; a worker brings it back when its time has come, so that
-- no count has to ask for the time.
ALTER TABLE conflicts ADD COLUMN waits_until TEXT;
-- time, change (of any value) or reply (of somebody who was asked): what may end it before
ALTER TABLE conflicts ADD COLUMN waits_for TEXT;
ALTER TABLE conflicts ADD COLUMN waits_by TEXT;
ALTER TABLE conflicts ADD COLUMN assigned_by TEXT;
-- user/<id> or role/<name>
ALTER TABLE conflicts ADD COLUMN escalated_to TEXT;
ALTER TABLE conflicts ADD COLUMN escalated_by TEXT;
ALTER TABLE conflicts ADD COLUMN escalated_at TEXT;
ALTER TABLE conflicts ADD COLUMN question TEXT;
-- when its owner was told that it is overdue: told once
ALTER TABLE conflicts ADD COLUMN overdue_told TEXT;
DROP INDEX conflicts_waiting;
CREATE INDEX conflicts_waiting ON conflicts (stakes DESC, due_at, id) WHERE open AND incident_id IS NULL AND waits_until IS NULL;
CREATE INDEX conflicts_returning ON conflicts (waits_until) WHERE waits_until IS NOT NULL;
CREATE INDEX conflicts_assigned ON conflicts (assignee, stakes DESC, due_at, id) WHERE open AND assignee IS NOT NULL;
CREATE INDEX conflicts_escalated ON conflicts (escalated_to, id) WHERE escalated_to IS NOT NULL;

-- Who left a conflict to others for now. It comes last for them until then.
CREATE TABLE skips (
    conflict_id TEXT NOT NULL REFERENCES conflicts (id),
    user_id TEXT NOT NULL,
    skipped_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (conflict_id, user_id)
);
CREATE INDEX skips_user ON skips (user_id, skipped_at);

-- While somebody is away, what is theirs is their deputy's too.
ALTER TABLE users ADD COLUMN away_from TEXT;
ALTER TABLE users ADD COLUMN away_until TEXT;
ALTER TABLE users ADD COLUMN deputy TEXT;

-- Who decides new conflicts of an entity, or of one field of it.
CREATE TABLE routes (
    entity TEXT NOT NULL,
    -- empty: every field that has no route of its own
    field TEXT NOT NULL,
    -- ids of users, comma-separated: whoever of them has least open
    people TEXT NOT NULL,
    -- whom to ask, and who gets what is overdue
    owner TEXT,
    escalates BOOLEAN NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (entity, field)
);
