-- A decision can be undone: what was decided is kept, and the step that did it.
ALTER TABLE remote_conflict ADD COLUMN closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));
ALTER TABLE remote_conflict ADD COLUMN step INTEGER;   -- its undo opens it again

-- Of a remote with a hundred thousand cards the few are found that something is to be done with.
DROP INDEX remote_card_open;
CREATE INDEX remote_card_todo ON remote_card (remote)
    WHERE intent IS NOT NULL OR refused IS NOT NULL OR etag IS NULL OR NOT looked OR held OR undone;
CREATE INDEX remote_card_linked ON remote_card (remote, contact) WHERE contact IS NOT NULL;
UPDATE remote_card SET looked = 0 WHERE contact NOT IN (SELECT id FROM contact);
