-- Which of the unit's dossiers a staff member deals with; nobody named: all of them.
CREATE TABLE staff_series (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    series TEXT NOT NULL,
    PRIMARY KEY (staff_id, series)
);

CREATE TABLE staff_units (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    PRIMARY KEY (staff_id, unit_id)
);

-- Who acts in whose place while he is away.
CREATE TABLE deputies (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    deputy_id TEXT NOT NULL REFERENCES staff (id),
    valid_from DAY NOT NULL,
    valid_until DAY NOT NULL,
    ended_at INSTANT
);

CREATE INDEX deputies_by_deputy ON deputies (deputy_id);
CREATE INDEX deputies_by_absent ON deputies (staff_id);

-- An account is the platform's subject, and for a legal person's operator the credit code with it: he may act for several (D23).
UPDATE accounts SET subject = subject || ' ' || credit_code WHERE kind = 'unit';

-- What a unit has given back, for its home page.
CREATE INDEX desks_returned ON desks (unit_id, dossier_id) WHERE acted = 'returned';

-- The stops of a unit, for its superior to take over.
CREATE INDEX stops_of_unit ON stops (unit_id, dossier_id);

-- A unit's record by time, and what others have done to it.
CREATE INDEX administration_by_time ON administration (unit_id, at, number);
CREATE INDEX administration_of_subject_by_time ON administration (subject_id, at, unit_id, number);
