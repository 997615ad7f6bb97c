-- One decision over many differences: a frozen set, decided one by one.
CREATE TABLE group_decisions (
    id TEXT PRIMARY KEY,
    -- the incident it ends; null for differences that are alike
    incident_id TEXT,
    entity TEXT NOT NULL,
    pattern TEXT NOT NULL,
    -- JSON: the outcome, and who chose it
    choice TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'working', 'done')),
    -- everything there was is in the set
    whole BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    chosen_at TEXT,
    ended_at TEXT,
    lease_until TEXT
);
CREATE INDEX group_decisions_state ON group_decisions (state, id);
CREATE INDEX group_decisions_incident ON group_decisions (incident_id, id);

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES group_decisions (id),
    difference_id TEXT NOT NULL,
    conflict_id TEXT NOT NULL,
    title TEXT NOT NULL,
    field TEXT NOT NULL,
    -- of the values that the set was frozen over
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('included', 'decided', 'excluded')),
    -- why it is left out, and more about it
    why TEXT NOT NULL,
    detail TEXT NOT NULL,
    resolution_id TEXT,
    PRIMARY KEY (group_id, difference_id)
);
CREATE INDEX group_members_state ON group_members (group_id, state, why, difference_id);
