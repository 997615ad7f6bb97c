-- A group made from what the queue lists: of one field, from that address; what it asks for, and what of it
-- is being taken back (JSON of who asked, how and why).
ALTER TABLE group_decisions ADD COLUMN field TEXT NOT NULL DEFAULT '';
ALTER TABLE group_decisions ADD COLUMN view_query TEXT NOT NULL DEFAULT '';
ALTER TABLE group_decisions ADD COLUMN needs_approval BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE group_decisions ADD COLUMN back TEXT;
CREATE INDEX group_decisions_back ON group_decisions (id) WHERE back IS NOT NULL;

-- What the choice comes to for it, such as keep:portal.
ALTER TABLE group_members ADD COLUMN becomes TEXT NOT NULL DEFAULT '';
-- Whether it is to be taken back, and what became of that.
ALTER TABLE group_members ADD COLUMN back TEXT NOT NULL DEFAULT ''
    CHECK (back IN ('', 'undo', 'reverse', 'undone', 'reversed', 'kept'));
ALTER TABLE group_members ADD COLUMN back_detail TEXT NOT NULL DEFAULT '';
CREATE INDEX group_members_back ON group_members (group_id, difference_id) WHERE back IN ('undo', 'reverse');
