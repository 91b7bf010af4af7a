-- ID and phone numbers are sealed under a key that is not in the database; an ID number is found by its keyed index.
-- Rows that were there before are sealed in the same transaction.
ALTER TABLE persons RENAME COLUMN id_number TO id_number_index;
ALTER TABLE persons RENAME COLUMN phone TO phone_sealed;
ALTER TABLE persons ADD COLUMN id_number_sealed TEXT NOT NULL DEFAULT '';

-- The keys this database was written with: a known text sealed with each, so that a wrong key file is noticed at start.
CREATE TABLE sealing_keys (
    key_id TEXT PRIMARY KEY,
    proof TEXT NOT NULL,
    first_used_at INSTANT NOT NULL
);

-- Who has had whose numbers shown in full, when, and beside which dossier. Rows are only added.
CREATE TABLE revelations (
    id TEXT PRIMARY KEY,
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    person_id TEXT NOT NULL REFERENCES persons (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    unit_name TEXT NOT NULL,
    reader_id TEXT NOT NULL REFERENCES persons (id),
    reader_name TEXT NOT NULL,
    at INSTANT NOT NULL
);

CREATE INDEX revelations_by_dossier ON revelations (dossier_id, at);
