-- Differences that rules settled, drawn at random for a person to decide again without seeing the rule's choice.
CREATE TABLE samples (
    id TEXT PRIMARY KEY,
    -- of this kind of record and field; empty: of any
    entity TEXT NOT NULL,
    field TEXT NOT NULL,
    -- settled in so many days before
    days BIGINT NOT NULL,
    actor_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX samples_actor ON samples (actor_id, id);

CREATE TABLE sample_items (
    sample_id TEXT NOT NULL REFERENCES samples (id),
    -- from 1
    place BIGINT NOT NULL,
    resolution_id TEXT NOT NULL,
    difference_id TEXT NOT NULL,
    record_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    field TEXT NOT NULL,
    rule TEXT NOT NULL,
    -- JSON of the answer; null while there is none
    answer TEXT,
    verdict TEXT CHECK (verdict IN ('agrees', 'differs', 'unsure')),
    answered_at TEXT,
    PRIMARY KEY (sample_id, place)
);
CREATE INDEX sample_items_field ON sample_items (entity, field, sample_id);
