-- What a reviewer is writing beside a dossier: his alone (D27), until he decides.
CREATE TABLE opinion_drafts (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    step TEXT NOT NULL CHECK (step IN ('pass', 'giveBack', 'fail', 'accept')),
    version COUNT NOT NULL,
    typed TEXT NOT NULL,
    saved_at INSTANT NOT NULL,
    PRIMARY KEY (staff_id, dossier_id, step)
);

CREATE INDEX opinion_drafts_by_time ON opinion_drafts (saved_at);
