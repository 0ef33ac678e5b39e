-- What a field was called before stays known, for the step that called it otherwise can be undone: of the names of a
-- property the newest counts whose step is not undone.
CREATE TABLE own_field_name (
    id INTEGER PRIMARY KEY,
    property TEXT NOT NULL,
    name TEXT NOT NULL,
    step INTEGER                                       -- the step that read it from the cards, if any had it
) STRICT;
INSERT INTO own_field_name (property, name, step) SELECT property, name, step FROM own_field ORDER BY step, property;
DROP TABLE own_field;
ALTER TABLE own_field_name RENAME TO own_field;
