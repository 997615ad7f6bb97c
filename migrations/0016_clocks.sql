-- What was measured of each system's clock: how far it runs ahead of ours, and within what that is known.
CREATE TABLE system_clocks (
    system TEXT PRIMARY KEY,
    ahead_ms BIGINT NOT NULL,
    within_ms BIGINT NOT NULL,
    measured_at TEXT NOT NULL,
    -- as it was before it was set, and when that was noticed
    before_ahead_ms BIGINT,
    before_within_ms BIGINT,
    set_at TEXT
);
-- systems.clock_offset_ms, which nothing ever filled, is left as it is.
