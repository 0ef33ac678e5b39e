-- What was imported: a hash of each card or row as it came, and the contact that it became or was found
-- to be about. `step` is the step of the log that did something with it; blank where nothing was left
-- to do. A line counts as long as its contact is there and its step stands. Without it, what a person
-- corrected would come back with the same file.
CREATE TABLE imported (
    hash BLOB NOT NULL CHECK (length(hash) = 16),
    contact BLOB NOT NULL CHECK (length(contact) = 16),
    step INTEGER,
    PRIMARY KEY (hash, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX imported_contact ON imported (contact);

-- Cards of groups, whose members have the group's name as a tag. As above, one counts as long as its
-- step stands.
CREATE TABLE group_card (
    id INTEGER PRIMARY KEY,
    tag TEXT NOT NULL CHECK (trim(tag) <> ''),
    card INTEGER NOT NULL REFERENCES card (id),
    hash BLOB NOT NULL CHECK (length(hash) = 16),
    members TEXT NOT NULL CHECK (json_valid(members)),
    step INTEGER NOT NULL
) STRICT;
CREATE INDEX group_card_tag ON group_card (tag);
