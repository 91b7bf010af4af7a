-- Names of people and units that stand in lists, once each: what is typed into a search is looked for among these, and then for whom they are.
CREATE TABLE list_words (
    kind TEXT NOT NULL CHECK (kind IN ('name', 'unit')),
    word TEXT NOT NULL,
    PRIMARY KEY (kind, word)
);

INSERT INTO list_words (kind, word) SELECT DISTINCT 'name', person_name FROM dossiers WHERE edition > 0;
INSERT INTO list_words (kind, word) SELECT DISTINCT 'unit', unit_name FROM dossiers WHERE edition > 0;

CREATE INDEX dossiers_by_name ON dossiers (person_name, id);
CREATE INDEX dossiers_by_unit_name ON dossiers (unit_name, id);
