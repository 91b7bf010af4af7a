-- Records are only added, and the engine says so to whoever tries otherwise: see the triggers beside this file.
CREATE UNIQUE INDEX revelations_in_order ON revelations (dossier_id, number);
