-- What a field was called before stays known, for the step that called it otherwise can be undone: of the names of a
-- property the newest counts whose step is not undone. The table is made anew and not renamed: a rename is refused where
-- another program left a trigger in the book that names a table which is not there.
CREATE TEMP TABLE named AS SELECT property, name, step FROM own_field ORDER BY step, property;
DROP TABLE own_field;
CREATE TABLE own_field (
    id INTEGER PRIMARY KEY,
    property TEXT NOT NULL,
    name TEXT NOT NULL,
    step INTEGER                                       -- the step that read it from the cards, if any had it
) STRICT;
INSERT INTO own_field (property, name, step) SELECT property, name, step FROM named;
DROP TABLE named;
