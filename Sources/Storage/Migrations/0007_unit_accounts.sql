-- Roles and staff are changed by pages now: each change is over the version that its author saw.
ALTER TABLE units ADD COLUMN version COUNT NOT NULL DEFAULT 1;
ALTER TABLE roles ADD COLUMN version COUNT NOT NULL DEFAULT 1;

-- Permissions are the program's: a row that names another cannot be read, and no list of them has to be kept here.
CREATE TABLE permissions_of_roles (
    role_id TEXT NOT NULL REFERENCES roles (id),
    permission TEXT NOT NULL,
    PRIMARY KEY (role_id, permission)
);
INSERT INTO permissions_of_roles (role_id, permission) SELECT role_id, permission FROM role_permissions;
DROP TABLE role_permissions;
ALTER TABLE permissions_of_roles RENAME TO role_permissions;

CREATE INDEX staff_roles_by_role ON staff_roles (role_id);

-- `entered_name` is what the unit has typed; from the first sign-in on the identity platform's name counts. The days bound the authorization.
ALTER TABLE staff ADD COLUMN version COUNT NOT NULL DEFAULT 1;
ALTER TABLE staff ADD COLUMN entered_name TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN valid_from DAY NOT NULL DEFAULT '1900-01-01';
ALTER TABLE staff ADD COLUMN valid_until DAY NOT NULL DEFAULT '2199-12-31';
ALTER TABLE staff ADD COLUMN signed_in_at INSTANT;
UPDATE staff SET entered_name = (SELECT p.name FROM persons p WHERE p.id = staff.person_id);

-- Who has changed which staff member or role, from what to what: one chain a unit. Rows are only added.
CREATE TABLE administration (
    unit_id TEXT NOT NULL REFERENCES units (id),
    number COUNT NOT NULL,
    request_key TEXT NOT NULL UNIQUE,
    act TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES persons (id),
    person_name TEXT NOT NULL,
    actor_unit_id TEXT NOT NULL REFERENCES units (id),
    actor_unit_name TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    at INSTANT NOT NULL,
    algorithm COUNT NOT NULL,
    salt TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (unit_id, number)
);

CREATE INDEX administration_of_subject ON administration (subject_id, number);
