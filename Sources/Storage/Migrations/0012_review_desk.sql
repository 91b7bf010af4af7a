-- What a list is filtered by, of the content as it was last submitted.
ALTER TABLE dossiers ADD COLUMN specialty TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN application_kind TEXT NOT NULL DEFAULT '';

-- When the unit did what it last did.
ALTER TABLE desks ADD COLUMN acted_at INSTANT;

UPDATE desks SET acted_at = (
    SELECT MAX(t.at) FROM trail t WHERE t.dossier_id = desks.dossier_id AND t.unit_id = desks.unit_id
        AND (t.step IN ('giveBack', 'requestCorrection', 'fail', 'accept', 'refuse') OR t.step = 'pass' AND t.stage_after <> 'secondReview'))
WHERE acted <> 'nothing';

CREATE INDEX desks_acted ON desks (unit_id, own, acted, acted_at, dossier_id);

-- How many dossiers each list of a unit holds, kept by whatever changes a desk.
CREATE TABLE desk_counts (
    unit_id TEXT NOT NULL REFERENCES units (id),
    own COUNT NOT NULL CHECK (own IN (0, 1)),
    list TEXT NOT NULL CHECK (list IN ('firstReview', 'secondReview', 'acceptance', 'reported', 'returned', 'failed', 'accepted', 'refused')),
    dossiers COUNT NOT NULL CHECK (dossiers >= 0),
    PRIMARY KEY (unit_id, own, list)
);

INSERT INTO desk_counts (unit_id, own, list, dossiers)
SELECT unit_id, own, waiting, SUM(1) FROM desks WHERE waiting <> 'nothing' GROUP BY unit_id, own, waiting;

INSERT INTO desk_counts (unit_id, own, list, dossiers)
SELECT unit_id, own, acted, SUM(1) FROM desks WHERE acted <> 'nothing' GROUP BY unit_id, own, acted;

-- Which columns somebody wants to see in a list.
CREATE TABLE list_columns (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    list TEXT NOT NULL,
    columns TEXT NOT NULL,
    PRIMARY KEY (staff_id, list)
);

-- Filters of a list that somebody has given a name.
CREATE TABLE list_views (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    PRIMARY KEY (staff_id, list, name)
);

-- 常用意见: phrases of a unit, or of one of its staff.
CREATE TABLE common_opinions (
    id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES units (id),
    staff_id TEXT REFERENCES staff (id),
    kind TEXT NOT NULL CHECK (kind IN ('pass', 'giveBack', 'fail')),
    body TEXT NOT NULL,
    position COUNT NOT NULL,
    uses COUNT NOT NULL
);

CREATE INDEX common_opinions_of_unit ON common_opinions (unit_id, kind, position);

-- 历年上报人员查询: all that a unit has ever had on its desk, and all that was submitted under an authority's plans.
CREATE INDEX desks_of_unit ON desks (unit_id, arrived_at, dossier_id);
CREATE INDEX dossiers_by_arrival ON dossiers (arrived_at, id) WHERE edition > 0;

-- 批量办理: what somebody has decided on many dossiers at once, taken one by one, each in a transaction of its own.
CREATE TABLE bulks (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    kind TEXT NOT NULL CHECK (kind IN ('pass', 'giveBack', 'remind')),
    list TEXT NOT NULL,
    said TEXT NOT NULL,
    created_at INSTANT NOT NULL
);

CREATE INDEX bulks_of_staff ON bulks (staff_id, created_at, id);

CREATE TABLE bulk_items (
    bulk_id TEXT NOT NULL REFERENCES bulks (id),
    position COUNT NOT NULL,
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    applicant_name TEXT NOT NULL,
    version COUNT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
    answer TEXT NOT NULL,
    PRIMARY KEY (bulk_id, position),
    UNIQUE (bulk_id, dossier_id)
);

-- What is claimed: by whom, is told to everybody else.
CREATE INDEX bulk_items_waiting ON bulk_items (dossier_id, bulk_id) WHERE state = 'waiting';

-- The form with which somebody was urged, so that the same form urges once.
ALTER TABLE reminders ADD COLUMN request_key TEXT NOT NULL DEFAULT '';
