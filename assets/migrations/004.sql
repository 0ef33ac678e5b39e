-- What a book is called, whatever its file is: its backups carry the same id.
CREATE TABLE book (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    uuid BLOB NOT NULL CHECK (length(uuid) = 16),
    -- The newest step that was pruned from the history, and when it was made: what came before it can
    -- no longer be undone. 0 where nothing was.
    pruned_step INTEGER NOT NULL DEFAULT 0,
    pruned_at INTEGER NOT NULL DEFAULT 0
) STRICT;
