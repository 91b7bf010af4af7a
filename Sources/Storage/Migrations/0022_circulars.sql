-- 消息推送: what a unit has written to units below it and to people. A row is as it was sent; of it only the confirmations are counted on.
CREATE TABLE circulars (
    id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES units (id),
    unit_name TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    author_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    addressed COUNT NOT NULL,
    confirmed COUNT NOT NULL CHECK (confirmed >= 0 AND confirmed <= addressed),
    sent_at INSTANT NOT NULL
);

CREATE INDEX circulars_of_unit ON circulars (unit_id, sent_at, id);

-- To whom, each once, under the name of that day; and who has confirmed it there.
CREATE TABLE circular_addressees (
    circular_id TEXT NOT NULL REFERENCES circulars (id),
    addressee TEXT NOT NULL,
    unit_id TEXT REFERENCES units (id),
    person_id TEXT REFERENCES persons (id),
    name TEXT NOT NULL,
    sent_at INSTANT NOT NULL,
    confirmed_at INSTANT,
    confirmed_by TEXT REFERENCES persons (id),
    confirmer_name TEXT NOT NULL,
    PRIMARY KEY (circular_id, addressee),
    CHECK ((person_id IS NULL) <> (unit_id IS NULL)),
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
);

CREATE INDEX circular_addressees_by_name ON circular_addressees (circular_id, name, addressee);
CREATE INDEX circular_addressees_waiting ON circular_addressees (circular_id, name, addressee) WHERE confirmed_at IS NULL;
CREATE INDEX circulars_to_unit ON circular_addressees (unit_id, sent_at, circular_id) WHERE unit_id IS NOT NULL;
CREATE INDEX circulars_to_person ON circular_addressees (person_id, sent_at, circular_id) WHERE person_id IS NOT NULL;
CREATE INDEX circulars_unconfirmed_by_unit ON circular_addressees (unit_id, sent_at, circular_id) WHERE unit_id IS NOT NULL AND confirmed_at IS NULL;
CREATE INDEX circulars_unconfirmed_by_person ON circular_addressees (person_id, sent_at, circular_id) WHERE person_id IS NOT NULL AND confirmed_at IS NULL;

-- Which accounts have said that they read it. Rows are only added.
CREATE TABLE circular_readings (
    circular_id TEXT NOT NULL REFERENCES circulars (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    read_at INSTANT NOT NULL,
    PRIMARY KEY (circular_id, account_id)
);

-- What somebody is writing, with whom he has chosen. Gone when it is sent.
CREATE TABLE circular_drafts (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    audience TEXT NOT NULL CHECK (audience IN ('chosen', 'direct', 'below')),
    choices TEXT NOT NULL,
    version COUNT NOT NULL,
    changed_at INSTANT NOT NULL
);

CREATE INDEX circular_drafts_of_author ON circular_drafts (staff_id, changed_at, id);

-- The people of a unit, and those who have applied from it.
CREATE INDEX employments_of_unit ON employments (unit_id, person_id);
CREATE INDEX dossiers_of_unit ON dossiers (unit_id, person_name, person_id, year) WHERE edition > 0 AND stage <> 'draft';
