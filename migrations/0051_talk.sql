-- What people say about a conflict. Nothing is changed afterwards; what is withdrawn loses its text.
CREATE TABLE comments (
    id TEXT PRIMARY KEY,
    conflict_id TEXT NOT NULL REFERENCES conflicts (id),
    record_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    author TEXT NOT NULL,
    author_name TEXT NOT NULL,
    text TEXT NOT NULL,
    -- the key of the form it was sent with: sent twice, it is one comment
    form TEXT NOT NULL,
    created_at TEXT NOT NULL,
    withdrawn_at TEXT,
    withdrawn_by TEXT,
    UNIQUE (author, form)
);
CREATE INDEX comments_conflict ON comments (conflict_id, id);
CREATE INDEX comments_record ON comments (record_id, id);

CREATE TABLE conflict_tags (
    conflict_id TEXT NOT NULL REFERENCES conflicts (id),
    tag TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at TEXT NOT NULL,
    PRIMARY KEY (conflict_id, tag)
);
CREATE INDEX conflict_tags_tag ON conflict_tags (tag, conflict_id);
