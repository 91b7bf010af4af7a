-- Which unit has given back what lies with its applicant, and who may still take back his first review: what lists show and count of them is found, not searched for.
ALTER TABLE dossiers ADD COLUMN returned_by TEXT REFERENCES units (id);
ALTER TABLE dossiers ADD COLUMN reviewed_by TEXT REFERENCES persons (id);

UPDATE dossiers SET returned_by = CASE WHEN stage = 'returnedForCorrection' THEN acceptance_unit_id
    ELSE (SELECT COALESCE(s.handed_to, s.unit_id) FROM stops s WHERE s.dossier_id = dossiers.id AND s.position = dossiers.stop) END
WHERE stage IN ('returned', 'returnedForCorrection');

UPDATE dossiers SET reviewed_by = (
    SELECT r.person_id FROM trail r WHERE r.dossier_id = dossiers.id AND r.step = 'pass' AND r.stage_after = 'secondReview'
        AND r.number = (SELECT MAX(l.number) FROM trail l WHERE l.dossier_id = dossiers.id AND l.step <> 'recuse'))
WHERE stage = 'secondReview';

CREATE INDEX dossiers_returned ON dossiers (returned_by, deadline, id) WHERE returned_by IS NOT NULL;
CREATE INDEX dossiers_reviewed ON dossiers (reviewed_by, unit_id) WHERE reviewed_by IS NOT NULL;
CREATE INDEX dossiers_of_plan ON dossiers (plan_id, arrived_at, id) WHERE edition > 0 AND stage <> 'draft';

-- The first of these serves what this one served.
DROP INDEX desks_returned;

-- Of returns those are counted that lie with their applicants, apart from them what an acceptance unit has asked to be corrected.
CREATE TABLE list_counts (
    unit_id TEXT NOT NULL REFERENCES units (id),
    own COUNT NOT NULL CHECK (own IN (0, 1)),
    list TEXT NOT NULL CHECK (list IN ('firstReview', 'secondReview', 'acceptance', 'reported', 'returned', 'corrections', 'failed', 'accepted', 'refused')),
    dossiers COUNT NOT NULL CHECK (dossiers >= 0),
    PRIMARY KEY (unit_id, own, list)
);

INSERT INTO list_counts (unit_id, own, list, dossiers) SELECT unit_id, own, list, dossiers FROM desk_counts WHERE list <> 'returned';

INSERT INTO list_counts (unit_id, own, list, dossiers)
SELECT returned_by, CASE WHEN returned_by = unit_id THEN 1 ELSE 0 END, CASE WHEN stage = 'returned' THEN 'returned' ELSE 'corrections' END, SUM(1) FROM dossiers
WHERE returned_by IS NOT NULL GROUP BY returned_by, CASE WHEN returned_by = unit_id THEN 1 ELSE 0 END, CASE WHEN stage = 'returned' THEN 'returned' ELSE 'corrections' END;

DROP TABLE desk_counts;
