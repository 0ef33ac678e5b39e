-- A search reads the notes, and of those only: most contacts have none.
CREATE INDEX contact_noted ON contact (id) WHERE note IS NOT NULL;
