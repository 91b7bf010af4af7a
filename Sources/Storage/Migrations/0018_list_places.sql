-- Where a dossier is, kept with it; and on each desk what its list is mostly narrowed by, so that an index alone tells what is to be shown.
ALTER TABLE dossiers ADD COLUMN place_id TEXT REFERENCES units (id);

UPDATE dossiers SET place_id = CASE WHEN stage IN ('awaitingAcceptance', 'accepted', 'returnedForCorrection') THEN acceptance_unit_id
    ELSE (SELECT COALESCE(s.handed_to, s.unit_id) FROM stops s WHERE s.dossier_id = dossiers.id AND s.position = dossiers.stop) END
WHERE stage IN ('firstReview', 'secondReview', 'returned', 'failed', 'awaitingAcceptance', 'accepted', 'returnedForCorrection');

CREATE TABLE narrowed_desks (
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
    PRIMARY KEY (dossier_id, unit_id)
);

INSERT INTO narrowed_desks (unit_id, dossier_id, own, waiting, acted, arrived_at, acted_at, year, title_code, application_kind)
SELECT k.unit_id, k.dossier_id, k.own, k.waiting, k.acted, k.arrived_at, k.acted_at, d.year, d.title_code, d.application_kind
FROM desks k JOIN dossiers d ON d.id = k.dossier_id;

DROP TABLE desks;
ALTER TABLE narrowed_desks RENAME TO desks;

CREATE INDEX desks_waiting ON desks (unit_id, own, waiting, arrived_at, dossier_id, year, title_code, application_kind) WHERE waiting <> 'nothing';
CREATE INDEX desks_acted ON desks (unit_id, own, acted, acted_at, dossier_id, year, title_code, application_kind) WHERE acted <> 'nothing';
CREATE INDEX desks_of_unit ON desks (unit_id, arrived_at, dossier_id, year, title_code, application_kind);

DROP INDEX dossiers_by_arrival;
CREATE INDEX dossiers_by_arrival ON dossiers (arrived_at, id, plan_id, stage, year, title_code, application_kind) WHERE edition > 0;
