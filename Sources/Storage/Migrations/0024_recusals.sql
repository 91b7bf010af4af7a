-- Who has withdrawn himself from what, for the lists that mark it: few entries of many.
CREATE INDEX trail_recusals ON trail (person_id, dossier_id) WHERE step = 'recuse';
