-- That a superior is asked to take over a dossier which nobody of its unit may review (D21). A request is open while the dossier stands where it stood.
CREATE TABLE hand_over_requests (
    dossier_id TEXT NOT NULL REFERENCES dossiers (id),
    asked_at INSTANT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    superior_id TEXT NOT NULL REFERENCES units (id),
    person_id TEXT NOT NULL REFERENCES persons (id),
    person_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_key TEXT NOT NULL UNIQUE,
    PRIMARY KEY (dossier_id, asked_at)
);

CREATE INDEX hand_over_requests_to ON hand_over_requests (superior_id, asked_at);
