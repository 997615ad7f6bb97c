CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    line TEXT NOT NULL,
    hash TEXT NOT NULL,
    -- copies out of the line, to search by
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    record_id TEXT,
    system TEXT,
    field TEXT,
    run_id TEXT
);
CREATE INDEX audit_record ON audit (record_id, seq);
CREATE INDEX audit_action ON audit (action, seq);
CREATE INDEX audit_actor ON audit (actor_id, seq);

CREATE TABLE audit_values (
    seq BIGINT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- sealed for audit_values/<seq>/<name> under the subject's key
    sealed BYTEA NOT NULL,
    PRIMARY KEY (seq, name)
);

CREATE TABLE subject_keys (
    subject TEXT PRIMARY KEY,
    -- sealed for subject_keys/<subject>/sealed under the key of the key file
    sealed BYTEA NOT NULL
);

CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash)
    VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- One "read" entry per person, view and ten minutes.
CREATE TABLE audit_reads (
    user_id TEXT NOT NULL,
    view_name TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (user_id, view_name)
);
