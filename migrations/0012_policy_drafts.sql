-- Changes of the policies that are not in force yet, each based on the version its author saw.
CREATE TABLE policy_drafts (
    id TEXT PRIMARY KEY,
    author_id TEXT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    based_on BIGINT NOT NULL,
    -- the version it goes back to; null for one made in the form
    rolls_back BIGINT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    -- JSON: each changed level with its whole new policy
    changes TEXT NOT NULL
);
CREATE INDEX policy_drafts_author ON policy_drafts (author_id, id);

-- Conflicts that were claimed when a policy came in force: judged again when the claim ends.
CREATE TABLE policy_later (
    conflict_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL,
    entity TEXT NOT NULL
);
