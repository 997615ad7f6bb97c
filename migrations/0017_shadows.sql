-- A draft in shadow: what it would have made of what is judged is written down, and nothing else.
CREATE TABLE policy_shadows (
    draft_id TEXT PRIMARY KEY REFERENCES policy_drafts (id),
    -- of the draft as it was put there; it ends when the draft is changed
    fingerprint TEXT NOT NULL,
    started_by TEXT NOT NULL,
    started_at TEXT NOT NULL,
    until TEXT NOT NULL,
    -- differences that are written down at most
    most BIGINT NOT NULL,
    ended_at TEXT,
    ended_why TEXT CHECK (ended_why IN ('stopped', 'number'))
);
CREATE INDEX policy_shadows_running ON policy_shadows (draft_id) WHERE ended_at IS NULL;

CREATE TABLE shadow_judgements (
    draft_id TEXT NOT NULL,
    difference_id TEXT NOT NULL,
    conflict_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    field TEXT NOT NULL,
    judged_at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('same', 'settles', 'asks', 'otherwise')),
    -- JSON of the values the draft would have kept; null where it asks a person
    would TEXT,
    PRIMARY KEY (draft_id, difference_id)
);
