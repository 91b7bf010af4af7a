CREATE TRIGGER administration_are_not_changed BEFORE UPDATE ON administration BEGIN SELECT RAISE(ABORT, 'rows of administration are only added'); END;
CREATE TRIGGER administration_are_not_deleted BEFORE DELETE ON administration BEGIN SELECT RAISE(ABORT, 'rows of administration are only added'); END;
CREATE TRIGGER administration_are_not_replaced BEFORE INSERT ON administration
    WHEN EXISTS (SELECT 1 FROM administration WHERE unit_id = NEW.unit_id AND number = NEW.number)
    OR EXISTS (SELECT 1 FROM administration WHERE request_key = NEW.request_key)
    BEGIN SELECT RAISE(ABORT, 'rows of administration are only added'); END;
