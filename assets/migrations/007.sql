-- The parts of a name beside given and family name, how the names are spoken, and the place in a company. What
-- older versions had of them is in the cards.
ALTER TABLE contact ADD COLUMN prefix TEXT CHECK (length(prefix) <= 1000);
ALTER TABLE contact ADD COLUMN additional_name TEXT CHECK (length(additional_name) <= 1000);
ALTER TABLE contact ADD COLUMN suffix TEXT CHECK (length(suffix) <= 1000);
ALTER TABLE contact ADD COLUMN phonetic_given_name TEXT CHECK (length(phonetic_given_name) <= 1000);
ALTER TABLE contact ADD COLUMN phonetic_family_name TEXT CHECK (length(phonetic_family_name) <= 1000);
ALTER TABLE contact ADD COLUMN department TEXT CHECK (length(department) <= 1000);
ALTER TABLE contact ADD COLUMN role TEXT CHECK (length(role) <= 1000);
