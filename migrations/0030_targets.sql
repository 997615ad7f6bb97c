-- How writing to a system goes: what it was sent lately, and whether it is left alone for a while.
CREATE TABLE targets (
    system TEXT PRIMARY KEY,
    -- when the next write would go, were all sent evenly
    paced_at TEXT,
    -- it asked to be left alone until then
    quiet_until TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'paused', 'no_sign_in')),
    -- the state's own data
    detail TEXT NOT NULL
);
-- Each system's deliveries are worked off apart.
CREATE INDEX deliveries_due ON deliveries (system, next_at) WHERE next_at IS NOT NULL;
