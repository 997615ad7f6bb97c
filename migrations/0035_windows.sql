-- How long, at a system that cannot write on a condition, a value could change unseen: from the answer to
-- a read to the answer to the write over it.
ALTER TABLE targets ADD COLUMN window_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE targets ADD COLUMN window_total_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE targets ADD COLUMN window_longest_ms BIGINT NOT NULL DEFAULT 0;
