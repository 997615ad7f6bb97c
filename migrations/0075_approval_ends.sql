-- When something is next to be done about an approval that is awaited: those who may give it are reminded at half
-- of its time, and at the end of it nobody may any longer. What is asked for since before has none yet: it gets
-- one as soon as that is looked at.
ALTER TABLE resolutions ADD COLUMN approval_next TEXT;
ALTER TABLE group_decisions ADD COLUMN approval_next TEXT;
ALTER TABLE group_decisions ADD COLUMN back_approval_next TEXT;
CREATE INDEX resolutions_approval_next ON resolutions (approval_next) WHERE approval = 'awaiting';

-- What somebody is told of a request is read for them once it has ended.
CREATE INDEX notices_link ON notices (link) WHERE read_at IS NULL;
