-- Words that records are found by, in segments that never change. Those of an earlier release are
-- brought over by the program, which then drops search_tokens.
CREATE TABLE word_heads (
    entity TEXT PRIMARY KEY,
    -- the last number a segment was given
    last BIGINT NOT NULL
);

CREATE TABLE word_segments (
    entity TEXT NOT NULL,
    id BIGINT NOT NULL,
    -- the first and the last segment that became part of it
    low BIGINT NOT NULL,
    high BIGINT NOT NULL,
    -- how often it was merged
    level BIGINT NOT NULL,
    records BIGINT NOT NULL,
    -- of those, records that have other words by now
    gone BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (entity, id)
);

-- The records of a segment by their places, packed.
CREATE TABLE word_members (
    entity TEXT NOT NULL,
    segment BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (entity, segment)
);

-- The words of a segment with the places of their records, sorted and packed.
CREATE TABLE word_blocks (
    entity TEXT NOT NULL,
    segment BIGINT NOT NULL,
    first TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (entity, segment, first)
);

-- Records that are found by other words than those that were made in a segment.
CREATE TABLE word_gone (
    entity TEXT NOT NULL,
    born BIGINT NOT NULL,
    record_id TEXT NOT NULL,
    PRIMARY KEY (entity, born, record_id)
);

-- The segment in which a record's words were made, and a digest of them: null where it has none.
ALTER TABLE bases ADD COLUMN words_in BIGINT;
ALTER TABLE bases ADD COLUMN words BIGINT;

-- Whether a system holds a record is asked of every record after each full pull: the index alone answers.
DROP INDEX holdings_record;
CREATE INDEX holdings_record ON holdings (record_id, system);
