-- Sheets that were uploaded and looked at before anything of them is taken over. What they say of people is sealed; gone after a day.
CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('units', 'staff')),
    unit_id TEXT NOT NULL REFERENCES units (id),
    person_id TEXT NOT NULL REFERENCES persons (id),
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    outcomes TEXT NOT NULL,
    created_at INSTANT NOT NULL
);

CREATE INDEX imports_by_time ON imports (created_at);

-- Units by name, for searches, and below one another, for the whole of a tree.
CREATE INDEX units_by_name ON units (name, id);
CREATE INDEX units_below ON units (superior_id, id);
