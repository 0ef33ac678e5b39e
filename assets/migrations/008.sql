-- A place that the book is kept the same with. Its address and password are the configuration's.
CREATE TABLE remote (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
    kind TEXT NOT NULL CHECK (kind IN ('carddav', 'folder')),
    book TEXT NOT NULL CHECK (length(book) <= 4000),   -- address or path; another one is a first sync
    confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1)),
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    token TEXT,                                        -- none: list everything
    seen INTEGER NOT NULL DEFAULT 0,                   -- the last step of the log that was looked at
    known INTEGER NOT NULL DEFAULT 0,                  -- cards that were linked before a restore or an undo dropped the links
    traits TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(traits)),
    synced_at INTEGER, tried_at INTEGER, again_at INTEGER,
    trouble TEXT                                       -- why the last run ended early; safe text, no names
) STRICT;

-- One card there. A row without a version is not known to be there.
CREATE TABLE remote_card (
    id INTEGER PRIMARY KEY,
    remote INTEGER NOT NULL REFERENCES remote (id),
    href TEXT NOT NULL CHECK (length(href) <= 4000),   -- as the server writes it
    place BLOB NOT NULL,                               -- its path with every escape undone
    etag TEXT CHECK (length(etag) <= 1000),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'group', 'unread')),
    contact BLOB CHECK (length(contact) = 16),         -- no reference: a row without its contact is a deletion
    base INTEGER REFERENCES card (id),                 -- what the server has, as it was last read
    agreed TEXT CHECK (json_valid(agreed)),            -- the contact when both agreed; none: as base says it
    intent TEXT CHECK (intent IN ('create', 'update')),
    intent_body INTEGER REFERENCES card (id),          -- the bytes that are sent
    intent_says TEXT CHECK (json_valid(intent_says)),  -- the contact that they were made of, or that was refused
    strikes INTEGER NOT NULL DEFAULT 0,                -- how often what it lacked was sent again
    sent INTEGER NOT NULL DEFAULT 0,                   -- how often it was sent since a person changed it
    refused TEXT,                                      -- why the server does not take it, or why it cannot be read
    held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),       -- deleted here while `only` kept it from being sent
    undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),   -- linked or made by a run that was taken back
    twin INTEGER NOT NULL DEFAULT 0 CHECK (twin IN (0, 1)),       -- has the UID of a contact of another card
    looked INTEGER NOT NULL DEFAULT 0 CHECK (looked IN (0, 1)),   -- nothing of it waits to be sent
    run BLOB,                                          -- the run that linked it
    UNIQUE (remote, place)
) STRICT;
CREATE INDEX remote_card_contact ON remote_card (contact);
CREATE INDEX remote_card_open ON remote_card (remote)
    WHERE intent IS NOT NULL OR refused IS NOT NULL OR etag IS NULL OR NOT looked;

-- A field that both sides changed to different things.
CREATE TABLE remote_conflict (
    remote_card INTEGER NOT NULL REFERENCES remote_card (id),
    key TEXT NOT NULL,                                 -- of a number its identity, of a detail its id, else blank
    field TEXT NOT NULL,
    was TEXT, theirs TEXT,                             -- JSON
    at INTEGER NOT NULL,
    PRIMARY KEY (remote_card, key, field)
) STRICT, WITHOUT ROWID;

-- Which remote a step came from, and in which run: a run is taken back as one.
ALTER TABLE undo_point ADD COLUMN remote TEXT;
ALTER TABLE undo_point ADD COLUMN run BLOB;
