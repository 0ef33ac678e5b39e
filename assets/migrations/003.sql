-- A number that several contacts have and are meant to have: a household's, a switchboard's.
ALTER TABLE phone ADD COLUMN shared INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1));
-- Somebody who is known to be another than those of the same name.
ALTER TABLE contact ADD COLUMN namesake INTEGER NOT NULL DEFAULT 0 CHECK (namesake IN (0, 1));

-- A step whose deleted records were thrown away for good: it can no longer be undone.
ALTER TABLE undo_point ADD COLUMN emptied INTEGER NOT NULL DEFAULT 0 CHECK (emptied IN (0, 1));
-- The bin is what was deleted.
CREATE INDEX operation_deleted ON operation (point) WHERE kind = 'delete';
