-- What is typed beside 要求补正 and 不予受理 is kept as well.
CREATE TABLE kept_opinions (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    step TEXT NOT NULL CHECK (step IN ('pass', 'giveBack', 'fail', 'accept', 'requestCorrection', 'refuse')),
    version COUNT NOT NULL,
    typed TEXT NOT NULL,
    saved_at INSTANT NOT NULL,
    PRIMARY KEY (staff_id, dossier_id, step)
);
INSERT INTO kept_opinions (staff_id, dossier_id, step, version, typed, saved_at)
    SELECT staff_id, dossier_id, step, version, typed, saved_at FROM opinion_drafts;
DROP TABLE opinion_drafts;
ALTER TABLE kept_opinions RENAME TO opinion_drafts;
CREATE INDEX opinion_drafts_by_time ON opinion_drafts (saved_at);
