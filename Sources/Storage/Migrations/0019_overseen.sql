-- The authority of a dossier's plan stands with it, so that what it oversees is found in order, as a whole, by year and by
-- stage; and dossiers are found by the unit where they wait and by their title, where those are few.
ALTER TABLE dossiers ADD COLUMN authority_id TEXT REFERENCES units (id);

UPDATE dossiers SET authority_id = (SELECT p.authority_id FROM plans p WHERE p.id = dossiers.plan_id);

DROP INDEX dossiers_by_arrival;
DROP INDEX dossiers_of_plan;
CREATE INDEX dossiers_overseen ON dossiers (authority_id, arrived_at, id, year, title_code, application_kind, stage, plan_id)
    WHERE edition > 0 AND stage <> 'draft';
CREATE INDEX dossiers_overseen_by_year ON dossiers (authority_id, year, arrived_at, id, title_code, application_kind, stage, plan_id)
    WHERE edition > 0 AND stage <> 'draft';
CREATE INDEX dossiers_overseen_by_stage ON dossiers (authority_id, stage, arrived_at, id) WHERE edition > 0 AND stage <> 'draft';
CREATE INDEX dossiers_held ON dossiers (place_id, id) WHERE stage IN ('firstReview', 'secondReview', 'awaitingAcceptance', 'accepted');
CREATE INDEX dossiers_by_title ON dossiers (title_code, id) WHERE title_code IS NOT NULL;
