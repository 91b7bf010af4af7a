-- What no rule asks for of a unit (§4.1), by field.
ALTER TABLE units ADD COLUMN details TEXT NOT NULL DEFAULT '{}';

-- What is asked for a unit: to be registered, to have another superior, to have its locked fields corrected. The row is what its steps lead to.
CREATE TABLE unit_requests (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('registration', 'superior', 'correction')),
    credit_code TEXT NOT NULL,
    unit_id TEXT REFERENCES units (id),
    superior_id TEXT NOT NULL REFERENCES units (id),
    account_id TEXT REFERENCES accounts (id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'returned', 'passed', 'failed', 'cancelled')),
    version COUNT NOT NULL,
    submission COUNT NOT NULL,
    submitted_at INSTANT NOT NULL
);

-- One of a kind at a time: of two who register a unit at once, one does.
CREATE UNIQUE INDEX unit_requests_one_open ON unit_requests (credit_code, kind) WHERE state IN ('waiting', 'returned');
CREATE UNIQUE INDEX unit_requests_one_of_unit ON unit_requests (unit_id, kind) WHERE state IN ('waiting', 'returned');
CREATE INDEX unit_requests_to_decide ON unit_requests (superior_id, state, submitted_at, id);
CREATE INDEX unit_requests_of_unit ON unit_requests (unit_id, kind, state);
CREATE INDEX unit_requests_waiting ON unit_requests (submitted_at) WHERE state = 'waiting';

-- Every step on them: one chain a request. Rows are only added.
CREATE TABLE unit_request_steps (
    request_id TEXT NOT NULL REFERENCES unit_requests (id),
    number COUNT NOT NULL,
    request_key TEXT NOT NULL UNIQUE,
    step TEXT NOT NULL CHECK (step IN ('submit', 'pass', 'giveBack', 'fail', 'cancel')),
    unit_id TEXT REFERENCES units (id),
    superior_id TEXT NOT NULL REFERENCES units (id),
    actor_unit_id TEXT REFERENCES units (id),
    actor_unit_name TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES persons (id),
    person_name TEXT NOT NULL,
    unit_name TEXT NOT NULL,
    body TEXT NOT NULL,
    files TEXT NOT NULL,
    opinion TEXT NOT NULL,
    at INSTANT NOT NULL,
    algorithm COUNT NOT NULL,
    salt TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (request_id, number)
);

-- The copies that came with them. Rows are only added.
CREATE TABLE unit_request_files (
    request_id TEXT NOT NULL REFERENCES unit_requests (id),
    number COUNT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES files (digest),
    PRIMARY KEY (request_id, number, id),
    FOREIGN KEY (request_id, number) REFERENCES unit_request_steps (request_id, number)
);

CREATE INDEX unit_request_files_by_digest ON unit_request_files (digest);

-- What a step told a person or a unit. Rows are only added.
CREATE TABLE unit_request_messages (
    request_id TEXT NOT NULL REFERENCES unit_requests (id),
    number COUNT NOT NULL,
    position COUNT NOT NULL,
    person_id TEXT REFERENCES persons (id),
    unit_id TEXT REFERENCES units (id),
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at INSTANT NOT NULL,
    PRIMARY KEY (request_id, number, position),
    FOREIGN KEY (request_id, number) REFERENCES unit_request_steps (request_id, number),
    CHECK ((person_id IS NULL) <> (unit_id IS NULL))
);

CREATE INDEX unit_request_messages_to_person ON unit_request_messages (person_id, sent_at);
CREATE INDEX unit_request_messages_to_unit ON unit_request_messages (unit_id, sent_at);

-- Units are reminded of requests as well.
CREATE TABLE all_reminders (
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    occasion INSTANT NOT NULL,
    dossier_id TEXT REFERENCES dossiers (id),
    person_id TEXT REFERENCES persons (id),
    unit_id TEXT REFERENCES units (id),
    body TEXT NOT NULL,
    sent_at INSTANT NOT NULL,
    PRIMARY KEY (kind, subject_id, occasion),
    CHECK ((person_id IS NULL) <> (unit_id IS NULL))
);
INSERT INTO all_reminders (kind, subject_id, occasion, dossier_id, person_id, unit_id, body, sent_at)
    SELECT kind, subject_id, occasion, dossier_id, person_id, unit_id, body, sent_at FROM reminders;
DROP TABLE reminders;
ALTER TABLE all_reminders RENAME TO reminders;
CREATE INDEX reminders_to_person ON reminders (person_id, sent_at);
CREATE INDEX reminders_to_unit ON reminders (unit_id, sent_at);
