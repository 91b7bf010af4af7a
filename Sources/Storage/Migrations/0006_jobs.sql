-- What is done in the background, by one node at a time: who holds a lease has the job, and every effect is written under its fence.
CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    due_at INSTANT NOT NULL,
    holder TEXT NOT NULL,
    fence COUNT NOT NULL,
    leased_until INSTANT NOT NULL,
    attempts COUNT NOT NULL,
    parked COUNT NOT NULL CHECK (parked IN (0, 1)),
    last_done_at INSTANT,
    last_error TEXT NOT NULL
);

-- Messages that no step has sent: a deadline is near, a desk is full. The key is what is said once: what about, whom or which dossier,
-- and for which deadline or week. Rows are only added.
CREATE TABLE reminders (
    kind TEXT NOT NULL CHECK (kind IN ('deadlineNear', 'deadlineToday', 'desksLate')),
    subject_id TEXT NOT NULL,
    occasion INSTANT NOT NULL,
    dossier_id TEXT REFERENCES dossiers (id),
    person_id TEXT REFERENCES persons (id),
    unit_id TEXT REFERENCES units (id),
    body TEXT NOT NULL,
    sent_at INSTANT NOT NULL,
    PRIMARY KEY (kind, subject_id, occasion),
    CHECK ((person_id IS NULL) <> (unit_id IS NULL))
);

CREATE INDEX reminders_to_person ON reminders (person_id, sent_at);
CREATE INDEX reminders_to_unit ON reminders (unit_id, sent_at);

-- Deadlines that are coming.
CREATE INDEX dossiers_by_deadline ON dossiers (deadline) WHERE deadline IS NOT NULL;

-- The newest instant that was ever recorded, asked for at every start.
CREATE INDEX trail_by_time ON trail (at);
