CREATE TRIGGER administration_are_only_added BEFORE UPDATE OR DELETE ON administration FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER administration_are_not_emptied BEFORE TRUNCATE ON administration FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
