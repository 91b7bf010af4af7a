-- Every content ever kept, once; the bytes themselves are in the file store under the same digest.
CREATE TABLE files (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('pdf', 'jpeg', 'png')),
    bytes COUNT NOT NULL,
    pages COUNT NOT NULL,
    stored_at INSTANT NOT NULL
);

-- A file's place in a dossier: a row of a part of its content; `proof`, 单位公示证明材料; or `posts`, the 岗位情况表 it was recommended with.
-- `settled` is the edition (of a proof, the number of the trail's entry) it first became part of for good; 0 before.
CREATE TABLE attachments (
    id TEXT NOT NULL,
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    part TEXT NOT NULL,
    row_id TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES files (digest),
    added_by TEXT NOT NULL REFERENCES persons (id),
    added_at INSTANT NOT NULL,
    removed_at INSTANT,
    settled COUNT NOT NULL,
    PRIMARY KEY (dossier_id, id)
);

CREATE INDEX attachments_by_digest ON attachments (digest);
CREATE INDEX attachments_removed ON attachments (removed_at) WHERE settled = 0;

-- 事业单位岗位情况表: every version a unit has saved of its table of a year; the highest number counts. Rows are only added.
CREATE TABLE post_tables (
    unit_id TEXT NOT NULL REFERENCES units (id),
    year COUNT NOT NULL,
    number COUNT NOT NULL,
    body TEXT NOT NULL,
    file_id TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES files (digest),
    saved_by TEXT NOT NULL REFERENCES persons (id),
    saved_by_name TEXT NOT NULL,
    saved_at INSTANT NOT NULL,
    PRIMARY KEY (unit_id, year, number)
);

CREATE INDEX post_tables_by_digest ON post_tables (digest);

-- Uploads and removals, counted, so that a submission names the files it saw.
ALTER TABLE drafts ADD COLUMN file_changes COUNT NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN post_management COUNT NOT NULL DEFAULT 0 CHECK (post_management IN (0, 1));
ALTER TABLE plans ADD COLUMN waives_post_table COUNT NOT NULL DEFAULT 0 CHECK (waives_post_table IN (0, 1));
