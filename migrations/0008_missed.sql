-- The full pull that passed by a holding without meeting its row: it is gone once that pull ends.
ALTER TABLE holdings ADD COLUMN missed_in TEXT;
CREATE INDEX holdings_missed ON holdings (missed_in) WHERE missed_in IS NOT NULL;
