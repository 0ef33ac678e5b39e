-- Who had a card of a remote and was deleted here and there: who comes back, goes there again.
CREATE TABLE remote_former (
    remote INTEGER NOT NULL REFERENCES remote (id),
    contact BLOB NOT NULL CHECK (length(contact) = 16),
    PRIMARY KEY (remote, contact)
) STRICT, WITHOUT ROWID;
