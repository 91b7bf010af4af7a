-- Records are chained: each entry holds the hash of the one before. What a step carries besides its name stands with it, so that a trail
-- can be taken again from its entries alone. Rows that were there before are chained in the same transaction.
ALTER TABLE trail ADD COLUMN argument TEXT NOT NULL DEFAULT '';
ALTER TABLE trail ADD COLUMN algorithm COUNT NOT NULL DEFAULT 1;
ALTER TABLE trail ADD COLUMN salt TEXT NOT NULL DEFAULT '';
ALTER TABLE trail ADD COLUMN hash TEXT NOT NULL DEFAULT '';

ALTER TABLE revelations ADD COLUMN number COUNT NOT NULL DEFAULT 0;
ALTER TABLE revelations ADD COLUMN algorithm COUNT NOT NULL DEFAULT 1;
ALTER TABLE revelations ADD COLUMN salt TEXT NOT NULL DEFAULT '';
ALTER TABLE revelations ADD COLUMN hash TEXT NOT NULL DEFAULT '';

ALTER TABLE post_tables ADD COLUMN algorithm COUNT NOT NULL DEFAULT 1;
ALTER TABLE post_tables ADD COLUMN salt TEXT NOT NULL DEFAULT '';
ALTER TABLE post_tables ADD COLUMN hash TEXT NOT NULL DEFAULT '';

-- Where each chain ends; `checkpoint` is the one that covers this end, NULL until there is one.
CREATE TABLE heads (
    chain TEXT PRIMARY KEY,
    number COUNT NOT NULL,
    hash TEXT NOT NULL,
    checkpoint COUNT
);

CREATE INDEX heads_uncovered ON heads (chain) WHERE checkpoint IS NULL;

-- The keys that have signed checkpoints; each is endorsed by the one before it, the first by itself.
CREATE TABLE signing_keys (
    key_id TEXT PRIMARY KEY,
    public_key TEXT NOT NULL,
    first_used_at INSTANT NOT NULL,
    endorsed_by TEXT NOT NULL REFERENCES signing_keys (key_id),
    endorsement TEXT NOT NULL
);

-- A signed statement of where the chains ended that had grown since the one before.
CREATE TABLE checkpoints (
    number COUNT PRIMARY KEY,
    previous TEXT NOT NULL,
    at INSTANT NOT NULL,
    root TEXT NOT NULL,
    leaves COUNT NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL REFERENCES signing_keys (key_id),
    signature TEXT NOT NULL
);

CREATE TABLE checkpoint_leaves (
    checkpoint COUNT NOT NULL REFERENCES checkpoints (number),
    position COUNT NOT NULL,
    chain TEXT NOT NULL,
    number COUNT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (checkpoint, position)
);

CREATE UNIQUE INDEX checkpoint_leaves_by_chain ON checkpoint_leaves (chain, checkpoint);
