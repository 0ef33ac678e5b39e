-- What a contact is sorted by in the place of its name, and whether it is a company.
ALTER TABLE contact ADD COLUMN sort_as TEXT CHECK (length(sort_as) <= 1000);
ALTER TABLE contact ADD COLUMN kind TEXT NOT NULL DEFAULT 'person'
    CHECK (kind IN ('person', 'company'));
