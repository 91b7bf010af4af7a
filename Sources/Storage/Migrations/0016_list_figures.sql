-- Which unit has given back what lies with its applicant, and who may still take back his first review: what lists show and count of them is found, not searched for.
ALTER TABLE dossiers ADD COLUMN returned_by TEXT REFERENCES units (id);
ALTER TABLE dossiers ADD COLUMN reviewed_by TEXT REFERENCES persons (id);

UPDATE dossiers SET returned_by = CASE WHEN stage = 'returnedForCorrection' THEN acceptance_unit_id
    ELSE (SELECT COALESCE(s.handed_to, s.unit_id) FROM stops s WHERE s.dossier_id = dossiers.id AND s.position = dossiers.stop) END
WHERE stage IN ('returned', 'returnedForCorrection');

UPDATE dossiers SET reviewed_by = (
    SELECT r.person_id FROM trail r WHERE r.dossier_id = dossiers.id AND r.step = 'pass' AND r.stage_after = 'secondReview'
        AND r.number = (SELECT MAX(l.number) FROM trail l WHERE l.dossier_id = dossiers.id AND l.step NOT IN ('recuse', 'handOver')))
WHERE stage = 'secondReview';

CREATE INDEX dossiers_returned ON dossiers (returned_by, deadline, id) WHERE returned_by IS NOT NULL;
CREATE INDEX dossiers_reviewed ON dossiers (reviewed_by, arrived_at, id) WHERE reviewed_by IS NOT NULL;
CREATE INDEX dossiers_of_plan ON dossiers (plan_id, arrived_at, id) WHERE edition > 0 AND stage <> 'draft';

-- Only so many of a list as are wanted are looked for by its time; the index above serves what this one served.
DROP INDEX desks_returned;
