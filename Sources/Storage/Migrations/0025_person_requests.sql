-- What people ask of their units, one after the other: 委托申请, 专技人才档案. The row is what its steps lead to.
CREATE TABLE person_requests (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('entrustment', 'profile')),
    person_id TEXT NOT NULL REFERENCES persons (id),
    person_name TEXT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    subject TEXT NOT NULL,
    title_code TEXT REFERENCES titles (code),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'returned', 'passed', 'failed', 'cancelled')),
    stop COUNT NOT NULL,
    version COUNT NOT NULL,
    submission COUNT NOT NULL,
    submitted_at INSTANT NOT NULL
);

-- One profile at a time, and one request for what is to be entrusted.
CREATE UNIQUE INDEX person_requests_one_open ON person_requests (person_id, kind, subject) WHERE state IN ('waiting', 'returned');
CREATE UNIQUE INDEX person_requests_one_letter ON person_requests (person_id, subject) WHERE kind = 'entrustment' AND state = 'passed';
CREATE INDEX person_requests_of_person ON person_requests (person_id, kind, submitted_at);

-- Every step on them: one chain a request. Rows are only added.
CREATE TABLE person_request_steps (
    request_id TEXT NOT NULL REFERENCES person_requests (id),
    number COUNT NOT NULL,
    request_key TEXT NOT NULL UNIQUE,
    step TEXT NOT NULL CHECK (step IN ('submit', 'pass', 'giveBack', 'fail', 'cancel')),
    unit_id TEXT NOT NULL REFERENCES units (id),
    unit_name TEXT NOT NULL,
    path TEXT NOT NULL,
    actor_unit_id TEXT REFERENCES units (id),
    actor_unit_name TEXT NOT NULL,
    actor_id TEXT NOT NULL REFERENCES persons (id),
    actor_name TEXT NOT NULL,
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
CREATE TABLE person_request_files (
    request_id TEXT NOT NULL REFERENCES person_requests (id),
    number COUNT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES files (digest),
    PRIMARY KEY (request_id, number, id),
    FOREIGN KEY (request_id, number) REFERENCES person_request_steps (request_id, number)
);

CREATE INDEX person_request_files_by_digest ON person_request_files (digest);

-- What a step told a person or a unit. Rows are only added.
CREATE TABLE person_request_messages (
    request_id TEXT NOT NULL REFERENCES person_requests (id),
    number COUNT NOT NULL,
    position COUNT NOT NULL,
    person_id TEXT REFERENCES persons (id),
    unit_id TEXT REFERENCES units (id),
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at INSTANT NOT NULL,
    PRIMARY KEY (request_id, number, position),
    FOREIGN KEY (request_id, number) REFERENCES person_request_steps (request_id, number),
    CHECK ((person_id IS NULL) <> (unit_id IS NULL))
);

CREATE INDEX person_request_messages_to_person ON person_request_messages (person_id, sent_at) WHERE person_id IS NOT NULL;
CREATE INDEX person_request_messages_to_unit ON person_request_messages (unit_id, sent_at) WHERE unit_id IS NOT NULL;

-- What a request is to a unit that it has reached: it waits for it since `at`, or the unit has decided it then.
CREATE TABLE person_request_desks (
    request_id TEXT NOT NULL REFERENCES person_requests (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    kind TEXT NOT NULL CHECK (kind IN ('entrustment', 'profile')),
    waiting COUNT NOT NULL CHECK (waiting IN (0, 1)),
    acted TEXT NOT NULL CHECK (acted IN ('nothing', 'passed', 'returned', 'failed')),
    at INSTANT NOT NULL,
    PRIMARY KEY (request_id, unit_id)
);

CREATE INDEX person_request_desks_of_unit ON person_request_desks (unit_id, kind, waiting, at, request_id);

-- The profile of a person that is in force: what the last passed request has said, as it is counted.
CREATE TABLE talents (
    person_id TEXT PRIMARY KEY REFERENCES persons (id),
    person_name TEXT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    request_id TEXT NOT NULL REFERENCES person_requests (id),
    submission COUNT NOT NULL,
    title_code TEXT REFERENCES titles (code),
    series TEXT NOT NULL,
    level TEXT NOT NULL,
    education TEXT NOT NULL,
    age TEXT NOT NULL,
    minority TEXT NOT NULL,
    party TEXT NOT NULL,
    origin TEXT NOT NULL,
    approved_at INSTANT NOT NULL
);

CREATE INDEX talents_of_unit ON talents (unit_id, series, level, education, age, minority, party, origin);
CREATE INDEX talents_by_request ON talents (request_id);

-- How many of a unit and of all below it have a value, kept with each profile that comes into force and with each change of superior.
CREATE TABLE talent_counts (
    unit_id TEXT NOT NULL REFERENCES units (id),
    dimension TEXT NOT NULL CHECK (dimension IN ('series', 'level', 'education', 'age', 'minority', 'party', 'origin')),
    value TEXT NOT NULL,
    people COUNT NOT NULL CHECK (people > 0),
    PRIMARY KEY (unit_id, dimension, value)
);

-- How far up profiles are reviewed; the top unit's counts.
ALTER TABLE units ADD COLUMN profile_reach TEXT NOT NULL DEFAULT 'prefecture' CHECK (profile_reach IN ('prefecture', 'authority'));
