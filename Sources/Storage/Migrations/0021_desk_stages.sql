-- Each desk has its dossier's stage and acceptance unit, so that 状态 and 评委会 narrow what a unit has dealt with by an index alone,
-- and the authority's indexes have whatever is asked of what they list, their own condition included, which SQLite asks again.
CREATE TABLE staged_desks (
    unit_id TEXT NOT NULL REFERENCES units (id),
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    own COUNT NOT NULL CHECK (own IN (0, 1)),
    waiting TEXT NOT NULL CHECK (waiting IN ('nothing', 'firstReview', 'secondReview', 'acceptance')),
    acted TEXT NOT NULL CHECK (acted IN ('nothing', 'reported', 'returned', 'failed', 'accepted', 'refused')),
    arrived_at INSTANT NOT NULL,
    acted_at INSTANT,
    year COUNT NOT NULL,
    title_code TEXT REFERENCES titles (code),
    application_kind TEXT NOT NULL,
    acceptance_unit_id TEXT NOT NULL REFERENCES units (id),
    stage TEXT NOT NULL,
    PRIMARY KEY (dossier_id, unit_id)
);
INSERT INTO staged_desks (unit_id, dossier_id, own, waiting, acted, arrived_at, acted_at, year, title_code, application_kind, acceptance_unit_id, stage)
SELECT k.unit_id, k.dossier_id, k.own, k.waiting, k.acted, k.arrived_at, k.acted_at, k.year, k.title_code, k.application_kind, d.acceptance_unit_id, d.stage
FROM desks k JOIN dossiers d ON d.id = k.dossier_id ORDER BY k.dossier_id, k.unit_id;
DROP TABLE desks;
ALTER TABLE staged_desks RENAME TO desks;
CREATE INDEX desks_waiting ON desks (unit_id, own, waiting, arrived_at, dossier_id, year, title_code, application_kind, acceptance_unit_id)
    WHERE waiting <> 'nothing';
CREATE INDEX desks_acted ON desks (unit_id, own, acted, acted_at, dossier_id, year, title_code, application_kind, acceptance_unit_id)
    WHERE acted <> 'nothing';
CREATE INDEX desks_of_unit ON desks (unit_id, arrived_at, dossier_id, year, title_code, application_kind, acceptance_unit_id);
CREATE INDEX desks_by_stage ON desks (unit_id, stage, arrived_at, dossier_id, year, title_code, application_kind, acceptance_unit_id);

DROP INDEX dossiers_overseen;
DROP INDEX dossiers_overseen_by_year;
DROP INDEX dossiers_overseen_by_stage;
CREATE INDEX dossiers_overseen
    ON dossiers (authority_id, arrived_at, id, year, title_code, application_kind, stage, plan_id, acceptance_unit_id, edition)
    WHERE edition > 0 AND stage <> 'draft';
CREATE INDEX dossiers_overseen_by_year
    ON dossiers (authority_id, year, arrived_at, id, title_code, application_kind, stage, plan_id, acceptance_unit_id, edition)
    WHERE edition > 0 AND stage <> 'draft';
CREATE INDEX dossiers_overseen_by_stage
    ON dossiers (authority_id, stage, arrived_at, id, year, title_code, application_kind, plan_id, acceptance_unit_id, edition)
    WHERE edition > 0 AND stage <> 'draft';
