CREATE TRIGGER circulars_are_not_changed BEFORE UPDATE OF id, unit_id, unit_name, staff_id, author_name, subject, body, sent_at ON circulars
    BEGIN SELECT RAISE(ABORT, 'rows of circulars are only added'); END;
CREATE TRIGGER circulars_are_not_deleted BEFORE DELETE ON circulars BEGIN SELECT RAISE(ABORT, 'rows of circulars are only added'); END;
CREATE TRIGGER circulars_are_not_replaced BEFORE INSERT ON circulars
    WHEN EXISTS (SELECT 1 FROM circulars WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'rows of circulars are only added'); END;
CREATE TRIGGER circular_addressees_are_not_changed BEFORE UPDATE OF circular_id, addressee, unit_id, person_id, name, sent_at ON circular_addressees
    BEGIN SELECT RAISE(ABORT, 'rows of circular_addressees are only added'); END;
CREATE TRIGGER circular_addressees_are_confirmed_once BEFORE UPDATE ON circular_addressees
    WHEN OLD.confirmed_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'rows of circular_addressees are only added'); END;
CREATE TRIGGER circular_addressees_are_not_deleted BEFORE DELETE ON circular_addressees BEGIN SELECT RAISE(ABORT, 'rows of circular_addressees are only added'); END;
CREATE TRIGGER circular_addressees_are_not_replaced BEFORE INSERT ON circular_addressees
    WHEN EXISTS (SELECT 1 FROM circular_addressees WHERE circular_id = NEW.circular_id AND addressee = NEW.addressee)
    BEGIN SELECT RAISE(ABORT, 'rows of circular_addressees are only added'); END;
CREATE TRIGGER circular_readings_are_not_changed BEFORE UPDATE ON circular_readings BEGIN SELECT RAISE(ABORT, 'rows of circular_readings are only added'); END;
CREATE TRIGGER circular_readings_are_not_deleted BEFORE DELETE ON circular_readings BEGIN SELECT RAISE(ABORT, 'rows of circular_readings are only added'); END;
CREATE TRIGGER circular_readings_are_not_replaced BEFORE INSERT ON circular_readings
    WHEN EXISTS (SELECT 1 FROM circular_readings WHERE circular_id = NEW.circular_id AND account_id = NEW.account_id)
    BEGIN SELECT RAISE(ABORT, 'rows of circular_readings are only added'); END;
