-- Reports of a saved view that leave by mail: every day or every week as its reader's clock says it, or once.
CREATE TABLE view_reports (
    view_id TEXT NOT NULL REFERENCES views (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    once BOOLEAN NOT NULL,
    -- the day and the time, as JSON; of one that is sent once nothing
    schedule TEXT,
    next_at TEXT NOT NULL,
    -- until when a server is mailing it, or waits before it tries again
    lease TEXT,
    -- the id of the next letter: sent twice, it is the same one
    letter TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (view_id, user_id, once)
);
CREATE INDEX view_reports_next ON view_reports (next_at);
CREATE INDEX view_reports_user ON view_reports (user_id);
