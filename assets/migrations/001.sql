-- The first schema. Times are microseconds since 1970 in UTC; ids are UUIDs of 16 bytes.

-- The last stamp that this database gave: stamps rise even where the clock does not.
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    stamp INTEGER NOT NULL
) STRICT;
INSERT INTO clock (id, stamp) VALUES (1, 0);

-- Cards as they came, byte for byte. Only ever added to: a contact that comes back finds its card.
CREATE TABLE card (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE contact (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL CHECK (trim(name) <> '' AND length(name) <= 2100),
    given_name TEXT CHECK (length(given_name) <= 1000),
    family_name TEXT CHECK (length(family_name) <= 1000),
    nickname TEXT CHECK (length(nickname) <= 1000),
    organisation TEXT CHECK (length(organisation) <= 1000),
    title TEXT CHECK (length(title) <= 1000),
    note TEXT CHECK (length(note) <= 1000000),
    tags TEXT NOT NULL CHECK (json_valid(tags)),
    favourite INTEGER NOT NULL CHECK (favourite IN (0, 1)),
    details TEXT NOT NULL CHECK (json_valid(details)),
    uid TEXT CHECK (length(uid) <= 1000),
    card INTEGER REFERENCES card (id),
    source TEXT NOT NULL CHECK (length(source) <= 1000),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_in_db_at INTEGER NOT NULL,
    -- What follows is made of the contact and its phones by the one write path, for the list.
    family_key TEXT NOT NULL,
    given_key TEXT NOT NULL,
    search_text TEXT NOT NULL,
    digits TEXT NOT NULL,
    main_number TEXT,
    main_mark INTEGER NOT NULL CHECK (main_mark BETWEEN 0 AND 3),
    attention INTEGER NOT NULL CHECK (attention IN (0, 1))
) STRICT;

-- The first page and every filter read this index only, for rows of the table lie scattered; so a
-- filter in another order scans it too, and sorts the few that it finds.
CREATE INDEX contact_by_name ON contact
    (family_key, id, name, favourite, main_number, main_mark, attention, search_text, digits,
     given_key, updated_at);
CREATE INDEX contact_by_given ON contact (given_key, id);
CREATE INDEX contact_by_change ON contact (updated_at, id);
CREATE INDEX contact_attention ON contact (family_key, id) WHERE attention;
CREATE INDEX contact_by_uid ON contact (uid) WHERE uid IS NOT NULL;

CREATE TABLE phone (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- No cascade: a phone that goes has to go through the log.
    contact BLOB NOT NULL REFERENCES contact (id),
    country_code TEXT CHECK (country_code NOT GLOB '*[^0-9]*' AND length(country_code) <= 1000),
    number TEXT NOT NULL CHECK (trim(number) <> '' AND length(number) <= 1100),
    typed TEXT NOT NULL CHECK (length(typed) <= 1000),
    identity TEXT NOT NULL CHECK (identity <> ''),
    -- The number's digits from the last to the first: a number is looked up by its end.
    reversed TEXT NOT NULL,
    location TEXT CHECK (length(location) <= 1000),
    is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    historic INTEGER NOT NULL CHECK (historic IN (0, 1)),
    valid_values INTEGER NOT NULL CHECK (valid_values IN (0, 1)),
    source TEXT NOT NULL CHECK (length(source) <= 1000),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_in_db_at INTEGER NOT NULL,
    CHECK (NOT (is_primary AND historic))
) STRICT;

CREATE UNIQUE INDEX phone_one_primary ON phone (contact) WHERE is_primary;
CREATE UNIQUE INDEX phone_once ON phone (contact, identity);
CREATE INDEX phone_identity ON phone (identity);
CREATE INDEX phone_reversed ON phone (reversed) WHERE reversed <> '';

-- The log. A change, an undo or a redo is one step, with an operation for each row it touched.
CREATE TABLE undo_point (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL CHECK (actor IN ('screens', 'command', 'import')),
    title TEXT NOT NULL,
    session BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('change', 'undo', 'redo')),
    -- For an undo or a redo, the change that it is about.
    target INTEGER REFERENCES undo_point (id),
    -- For a change: 0 as done, 1 undone, 2 undone and past redoing.
    undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1, 2))
) STRICT;
CREATE INDEX undo_point_target ON undo_point (target) WHERE target IS NOT NULL;
CREATE INDEX undo_point_undone ON undo_point (undone, kind, id);

CREATE TABLE operation (
    point INTEGER NOT NULL REFERENCES undo_point (id),
    seq INTEGER NOT NULL,
    entity TEXT NOT NULL CHECK (entity IN ('contact', 'phone')),
    key BLOB NOT NULL,
    contact BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('create', 'update', 'delete')),
    -- The record of a delete, the fields of an update; a created record stands in its table.
    fields TEXT,
    PRIMARY KEY (point, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_contact ON operation (contact, point);
