-- A property of cards that is a detail with this label: set in the configuration once.
CREATE TABLE own_field (
    property TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    step INTEGER                                       -- the step that read it from the cards, if any had it
) STRICT, WITHOUT ROWID;
