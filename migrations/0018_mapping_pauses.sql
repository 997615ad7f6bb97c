-- One object of one system that is not read, or not written, for a reason.
CREATE TABLE mapping_pauses (
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    -- why; null: it goes on
    reading TEXT,
    writing TEXT,
    PRIMARY KEY (system, entity)
);
