CREATE TRIGGER person_request_steps_are_only_added BEFORE UPDATE OR DELETE ON person_request_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER person_request_steps_are_not_emptied BEFORE TRUNCATE ON person_request_steps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER person_request_files_are_only_added BEFORE UPDATE OR DELETE ON person_request_files FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER person_request_files_are_not_emptied BEFORE TRUNCATE ON person_request_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER person_request_messages_are_only_added BEFORE UPDATE OR DELETE ON person_request_messages FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER person_request_messages_are_not_emptied BEFORE TRUNCATE ON person_request_messages FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
