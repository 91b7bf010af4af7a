CREATE TRIGGER circulars_are_not_changed BEFORE UPDATE OF id, unit_id, unit_name, staff_id, author_name, subject, body, sent_at ON circulars FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER circulars_are_only_added BEFORE DELETE ON circulars FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER circulars_are_not_emptied BEFORE TRUNCATE ON circulars FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER circular_addressees_are_not_changed BEFORE UPDATE OF circular_id, addressee, unit_id, person_id, name, sent_at ON circular_addressees FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER circular_addressees_are_confirmed_once BEFORE UPDATE ON circular_addressees FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER circular_addressees_are_only_added BEFORE DELETE ON circular_addressees FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER circular_addressees_are_not_emptied BEFORE TRUNCATE ON circular_addressees FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER circular_readings_are_only_added BEFORE UPDATE OR DELETE ON circular_readings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER circular_readings_are_not_emptied BEFORE TRUNCATE ON circular_readings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
