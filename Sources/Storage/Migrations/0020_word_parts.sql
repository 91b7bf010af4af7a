-- Every character, and every two neighbouring ones, of the words of lists, in small letters: what is typed into a search is looked up here by
-- the two characters that it begins with, wherever in a word they stand.
CREATE TABLE word_parts (
    kind TEXT NOT NULL CHECK (kind IN ('name', 'unit')),
    part TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (kind, part, word)
);

INSERT INTO word_parts (kind, part, word)
WITH RECURSIVE places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < (SELECT MAX(LENGTH(word)) FROM list_words))
SELECT DISTINCT w.kind, LOWER(SUBSTR(w.word, p.place, s.size)), w.word
FROM list_words w JOIN (SELECT 1 AS size UNION ALL SELECT 2) s ON s.size <= LENGTH(w.word) JOIN places p ON p.place + s.size <= LENGTH(w.word) + 1;
