-- Plans are opened and changed by the title authority. `used`: a dossier was opened or an entrustment asked for under it, and all but its windows stands.
ALTER TABLE plans ADD COLUMN version COUNT NOT NULL DEFAULT 1;
ALTER TABLE plans ADD COLUMN used COUNT NOT NULL DEFAULT 0 CHECK (used IN (0, 1));
UPDATE plans SET used = 1 WHERE EXISTS (SELECT 1 FROM dossiers d WHERE d.plan_id = plans.id);
