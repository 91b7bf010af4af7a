CREATE TRIGGER person_request_steps_are_not_changed BEFORE UPDATE ON person_request_steps BEGIN SELECT RAISE(ABORT, 'rows of person_request_steps are only added'); END;
CREATE TRIGGER person_request_steps_are_not_deleted BEFORE DELETE ON person_request_steps BEGIN SELECT RAISE(ABORT, 'rows of person_request_steps are only added'); END;
CREATE TRIGGER person_request_steps_are_not_replaced BEFORE INSERT ON person_request_steps
    WHEN EXISTS (SELECT 1 FROM person_request_steps WHERE request_id = NEW.request_id AND number = NEW.number)
    OR EXISTS (SELECT 1 FROM person_request_steps WHERE request_key = NEW.request_key)
    BEGIN SELECT RAISE(ABORT, 'rows of person_request_steps are only added'); END;
CREATE TRIGGER person_request_files_are_not_changed BEFORE UPDATE ON person_request_files BEGIN SELECT RAISE(ABORT, 'rows of person_request_files are only added'); END;
CREATE TRIGGER person_request_files_are_not_deleted BEFORE DELETE ON person_request_files BEGIN SELECT RAISE(ABORT, 'rows of person_request_files are only added'); END;
CREATE TRIGGER person_request_files_are_not_replaced BEFORE INSERT ON person_request_files
    WHEN EXISTS (SELECT 1 FROM person_request_files WHERE request_id = NEW.request_id AND number = NEW.number AND id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'rows of person_request_files are only added'); END;
CREATE TRIGGER person_request_messages_are_not_changed BEFORE UPDATE ON person_request_messages BEGIN SELECT RAISE(ABORT, 'rows of person_request_messages are only added'); END;
CREATE TRIGGER person_request_messages_are_not_deleted BEFORE DELETE ON person_request_messages BEGIN SELECT RAISE(ABORT, 'rows of person_request_messages are only added'); END;
CREATE TRIGGER person_request_messages_are_not_replaced BEFORE INSERT ON person_request_messages
    WHEN EXISTS (SELECT 1 FROM person_request_messages WHERE request_id = NEW.request_id AND number = NEW.number AND position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'rows of person_request_messages are only added'); END;
