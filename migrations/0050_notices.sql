-- Where mail for a person goes; none gets none.
ALTER TABLE users ADD COLUMN mail TEXT;

-- What a person is told: by a mention, an answer, a write that failed.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    conflict_id TEXT,
    record_id TEXT,
    entity TEXT,
    -- the page on which to act: a path of this server
    link TEXT NOT NULL,
    -- names and identifiers as JSON, never a record's values
    facts TEXT NOT NULL,
    created_at TEXT NOT NULL,
    read_at TEXT,
    -- when it is to leave by mail, if it is still unread then
    mail_at TEXT,
    mailed_at TEXT
);
CREATE INDEX notices_unread ON notices (user_id, id) WHERE read_at IS NULL;
CREATE INDEX notices_read ON notices (user_id, id) WHERE read_at IS NOT NULL;
CREATE INDEX notices_mail ON notices (mail_at) WHERE read_at IS NULL AND mailed_at IS NULL AND mail_at IS NOT NULL;
CREATE INDEX notices_conflict ON notices (conflict_id, user_id, kind);

-- Records of which a person wants no mail.
CREATE TABLE mutes (
    user_id TEXT NOT NULL REFERENCES users (id),
    record_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (user_id, record_id)
);
