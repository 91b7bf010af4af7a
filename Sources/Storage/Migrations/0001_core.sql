-- Reference tables: facts taken over at every start, chosen from in forms.
CREATE TABLE codes (
    list TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    position COUNT NOT NULL,
    PRIMARY KEY (list, code)
);

CREATE TABLE titles (
    code TEXT PRIMARY KEY,
    series TEXT NOT NULL,
    level TEXT NOT NULL,
    level_name TEXT NOT NULL,
    name TEXT NOT NULL,
    position COUNT NOT NULL
);

CREATE TABLE regions (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    affiliation TEXT NOT NULL,
    superior_code TEXT REFERENCES regions (code)
);

CREATE TABLE unit_types (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    may_have_applicants COUNT NOT NULL CHECK (may_have_applicants IN (0, 1)),
    position COUNT NOT NULL
);

CREATE TABLE calendar_days (
    day DAY PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('rest', 'work')),
    name TEXT NOT NULL
);

-- Units, people and what they may do.
CREATE TABLE units (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    credit_code TEXT NOT NULL UNIQUE,
    type_code TEXT NOT NULL REFERENCES unit_types (code),
    superior_id TEXT REFERENCES units (id),
    jurisdiction_code TEXT NOT NULL REFERENCES regions (code),
    steps TEXT NOT NULL CHECK (steps IN ('one', 'two')),
    single_clerk COUNT NOT NULL CHECK (single_clerk IN (0, 1)),
    contact_name TEXT NOT NULL,
    contact_phone TEXT NOT NULL,
    enabled COUNT NOT NULL CHECK (enabled IN (0, 1)),
    created_at INSTANT NOT NULL
);

CREATE INDEX units_by_superior ON units (superior_id, name);

CREATE TABLE persons (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    id_number TEXT NOT NULL UNIQUE,
    phone TEXT,
    created_at INSTANT NOT NULL
);

-- The one unit that employs a person, by his approved profile.
CREATE TABLE employments (
    person_id TEXT PRIMARY KEY REFERENCES persons (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    since INSTANT NOT NULL
);

CREATE TABLE roles (
    id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    UNIQUE (unit_id, name)
);

CREATE TABLE role_permissions (
    role_id TEXT NOT NULL REFERENCES roles (id),
    permission TEXT NOT NULL CHECK (permission IN ('firstReview', 'secondReview', 'accept')),
    PRIMARY KEY (role_id, permission)
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'unit')),
    person_id TEXT NOT NULL REFERENCES persons (id),
    credit_code TEXT NOT NULL,
    unit_name TEXT NOT NULL,
    disabled COUNT NOT NULL CHECK (disabled IN (0, 1)),
    created_at INSTANT NOT NULL,
    UNIQUE (issuer, subject)
);

CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES units (id),
    person_id TEXT NOT NULL REFERENCES persons (id),
    super_administrator COUNT NOT NULL CHECK (super_administrator IN (0, 1)),
    enabled COUNT NOT NULL CHECK (enabled IN (0, 1)),
    account_id TEXT UNIQUE REFERENCES accounts (id),
    bound_at INSTANT,
    created_at INSTANT NOT NULL,
    UNIQUE (unit_id, person_id)
);

CREATE INDEX staff_by_person ON staff (person_id);

CREATE TABLE staff_roles (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    role_id TEXT NOT NULL REFERENCES roles (id),
    PRIMARY KEY (staff_id, role_id)
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_at INSTANT NOT NULL,
    seen_at INSTANT NOT NULL
);

-- Sign-ins under way: what is expected back from the identity platform, by whom.
CREATE TABLE sign_ins (
    state_hash TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'unit')),
    return_path TEXT NOT NULL,
    started_at INSTANT NOT NULL
);

-- Plans and dossiers.
CREATE TABLE plans (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    year COUNT NOT NULL,
    authority_id TEXT NOT NULL REFERENCES units (id),
    limit_id TEXT NOT NULL REFERENCES units (id),
    acceptance_unit_id TEXT NOT NULL REFERENCES units (id),
    reentry TEXT NOT NULL CHECK (reentry IN ('ownUnit', 'returningUnit')),
    publicity TEXT NOT NULL CHECK (publicity IN ('required', 'warn', 'optional')),
    publicity_days COUNT NOT NULL,
    opens DAY NOT NULL,
    applications_until DAY NOT NULL,
    reviews_until DAY NOT NULL,
    acceptance_until DAY NOT NULL,
    concluded COUNT NOT NULL CHECK (concluded IN (0, 1))
);

CREATE TABLE plan_titles (
    plan_id TEXT NOT NULL REFERENCES plans (id),
    title_code TEXT NOT NULL REFERENCES titles (code),
    PRIMARY KEY (plan_id, title_code)
);

CREATE TABLE dossiers (
    id TEXT PRIMARY KEY,
    version COUNT NOT NULL,
    plan_id TEXT NOT NULL REFERENCES plans (id),
    year COUNT NOT NULL,
    person_id TEXT NOT NULL REFERENCES persons (id),
    person_name TEXT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    unit_name TEXT NOT NULL,
    title_code TEXT REFERENCES titles (code),
    stage TEXT NOT NULL CHECK (stage IN ('draft', 'firstReview', 'secondReview', 'returned', 'failed', 'awaitingAcceptance',
        'returnedForCorrection', 'accepted', 'passed', 'notPassed', 'notAccepted', 'lapsed', 'abandoned')),
    stop COUNT NOT NULL,
    round COUNT NOT NULL,
    arrival TEXT NOT NULL,
    correction_requested COUNT NOT NULL CHECK (correction_requested IN (0, 1)),
    acceptance_unit_id TEXT NOT NULL REFERENCES units (id),
    reentry TEXT NOT NULL CHECK (reentry IN ('ownUnit', 'returningUnit')),
    arrived_at INSTANT NOT NULL,
    deadline INSTANT,
    edition COUNT NOT NULL,
    submitted_at INSTANT,
    created_at INSTANT NOT NULL
);

-- The year lock: one dossier a person and year outside these stages, over all plans.
CREATE UNIQUE INDEX dossiers_one_a_year ON dossiers (person_id, year)
    WHERE stage NOT IN ('draft', 'abandoned', 'notAccepted', 'lapsed');

CREATE INDEX dossiers_by_person ON dossiers (person_id, created_at, id);
CREATE INDEX dossiers_by_plan ON dossiers (plan_id, stage);

-- What the applicant is writing, as typed.
CREATE TABLE drafts (
    dossier_id TEXT PRIMARY KEY REFERENCES dossiers (id),
    revision COUNT NOT NULL,
    body TEXT NOT NULL,
    saved_at INSTANT NOT NULL
);

-- What was submitted: never changed, one edition a submission.
CREATE TABLE contents (
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    edition COUNT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    pledge TEXT NOT NULL,
    submitted_at INSTANT NOT NULL,
    PRIMARY KEY (dossier_id, edition)
);

CREATE TABLE stops (
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    position COUNT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    steps TEXT NOT NULL CHECK (steps IN ('one', 'two')),
    inserted_by TEXT REFERENCES units (id),
    insertion_reason TEXT NOT NULL,
    handed_to TEXT REFERENCES units (id),
    PRIMARY KEY (dossier_id, position),
    UNIQUE (dossier_id, unit_id)
);

-- What a dossier is to a unit: whoever has no desk for it does not see it. Kept by the same transaction as the stage.
CREATE TABLE desks (
    unit_id TEXT NOT NULL REFERENCES units (id),
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    own COUNT NOT NULL CHECK (own IN (0, 1)),
    waiting TEXT NOT NULL CHECK (waiting IN ('nothing', 'firstReview', 'secondReview', 'acceptance')),
    acted TEXT NOT NULL CHECK (acted IN ('nothing', 'reported', 'returned', 'failed', 'accepted', 'refused')),
    arrived_at INSTANT NOT NULL,
    PRIMARY KEY (dossier_id, unit_id)
);

CREATE INDEX desks_waiting ON desks (unit_id, own, waiting, arrived_at, dossier_id);

-- Every step ever taken. Rows are only added.
CREATE TABLE trail (
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    number COUNT NOT NULL,
    request_key TEXT NOT NULL UNIQUE,
    round COUNT NOT NULL,
    step TEXT NOT NULL,
    stage_before TEXT NOT NULL,
    stage_after TEXT NOT NULL,
    unit_id TEXT REFERENCES units (id),
    unit_name TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES persons (id),
    person_name TEXT NOT NULL,
    at INSTANT NOT NULL,
    arrived_at INSTANT NOT NULL,
    opinion TEXT NOT NULL,
    deadline INSTANT,
    remark TEXT NOT NULL,
    edition COUNT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (dossier_id, number)
);

-- 单位推荐和公示信息, one for each pass of the own unit that carried it. Rows are only added.
CREATE TABLE recommendations (
    dossier_id TEXT NOT NULL,
    number COUNT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (dossier_id, number),
    FOREIGN KEY (dossier_id, number) REFERENCES trail (dossier_id, number)
);

-- What a step of the trail has told whom.
CREATE TABLE messages (
    dossier_id TEXT NOT NULL,
    number COUNT NOT NULL,
    position COUNT NOT NULL,
    person_id TEXT REFERENCES persons (id),
    unit_id TEXT REFERENCES units (id),
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at INSTANT NOT NULL,
    PRIMARY KEY (dossier_id, number, position),
    FOREIGN KEY (dossier_id, number) REFERENCES trail (dossier_id, number),
    CHECK ((person_id IS NULL) <> (unit_id IS NULL))
);

CREATE INDEX messages_to_person ON messages (person_id, sent_at);
CREATE INDEX messages_to_unit ON messages (unit_id, sent_at);

-- Left by the demo: who can be signed in as with one click.
CREATE TABLE demo_personas (
    position COUNT PRIMARY KEY,
    label TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'unit')),
    login_hint TEXT NOT NULL
);
