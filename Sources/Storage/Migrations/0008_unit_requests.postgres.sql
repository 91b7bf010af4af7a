CREATE TRIGGER unit_request_steps_are_only_added BEFORE UPDATE OR DELETE ON unit_request_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_request_steps_are_not_emptied BEFORE TRUNCATE ON unit_request_steps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_request_files_are_only_added BEFORE UPDATE OR DELETE ON unit_request_files FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_request_files_are_not_emptied BEFORE TRUNCATE ON unit_request_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_request_messages_are_only_added BEFORE UPDATE OR DELETE ON unit_request_messages FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_request_messages_are_not_emptied BEFORE TRUNCATE ON unit_request_messages FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
