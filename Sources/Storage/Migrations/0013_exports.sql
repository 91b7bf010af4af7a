-- 导出: workbooks that are made in the background, because they are large; the file is gone after a day.
CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    list TEXT NOT NULL,
    people COUNT NOT NULL,
    written COUNT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'made', 'failed')),
    reason TEXT NOT NULL,
    digest TEXT NOT NULL,
    rights TEXT NOT NULL,
    created_at INSTANT NOT NULL,
    made_at INSTANT
);

CREATE INDEX exports_of_staff ON exports (staff_id, created_at, id);
CREATE INDEX exports_waiting ON exports (created_at, id) WHERE state = 'waiting';
CREATE INDEX exports_by_digest ON exports (digest) WHERE digest <> '';
