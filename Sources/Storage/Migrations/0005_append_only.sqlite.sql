-- An INSERT OR REPLACE would delete without asking the triggers of DELETE: a key that is there cannot be inserted.
CREATE TRIGGER trail_are_not_changed BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, 'rows of trail are only added'); END;
CREATE TRIGGER trail_are_not_deleted BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, 'rows of trail are only added'); END;
CREATE TRIGGER trail_are_not_replaced BEFORE INSERT ON trail
    WHEN EXISTS (SELECT 1 FROM trail WHERE dossier_id = NEW.dossier_id AND number = NEW.number)
    OR EXISTS (SELECT 1 FROM trail WHERE request_key = NEW.request_key)
    BEGIN SELECT RAISE(ABORT, 'rows of trail are only added'); END;
CREATE TRIGGER recommendations_are_not_changed BEFORE UPDATE ON recommendations BEGIN SELECT RAISE(ABORT, 'rows of recommendations are only added'); END;
CREATE TRIGGER recommendations_are_not_deleted BEFORE DELETE ON recommendations BEGIN SELECT RAISE(ABORT, 'rows of recommendations are only added'); END;
CREATE TRIGGER recommendations_are_not_replaced BEFORE INSERT ON recommendations
    WHEN EXISTS (SELECT 1 FROM recommendations WHERE dossier_id = NEW.dossier_id AND number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'rows of recommendations are only added'); END;
CREATE TRIGGER contents_are_not_changed BEFORE UPDATE ON contents BEGIN SELECT RAISE(ABORT, 'rows of contents are only added'); END;
CREATE TRIGGER contents_are_not_deleted BEFORE DELETE ON contents BEGIN SELECT RAISE(ABORT, 'rows of contents are only added'); END;
CREATE TRIGGER contents_are_not_replaced BEFORE INSERT ON contents
    WHEN EXISTS (SELECT 1 FROM contents WHERE dossier_id = NEW.dossier_id AND edition = NEW.edition)
    BEGIN SELECT RAISE(ABORT, 'rows of contents are only added'); END;
CREATE TRIGGER revelations_are_not_changed BEFORE UPDATE ON revelations BEGIN SELECT RAISE(ABORT, 'rows of revelations are only added'); END;
CREATE TRIGGER revelations_are_not_deleted BEFORE DELETE ON revelations BEGIN SELECT RAISE(ABORT, 'rows of revelations are only added'); END;
CREATE TRIGGER revelations_are_not_replaced BEFORE INSERT ON revelations
    WHEN EXISTS (SELECT 1 FROM revelations WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM revelations WHERE dossier_id = NEW.dossier_id AND number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'rows of revelations are only added'); END;
CREATE TRIGGER post_tables_are_not_changed BEFORE UPDATE ON post_tables BEGIN SELECT RAISE(ABORT, 'rows of post_tables are only added'); END;
CREATE TRIGGER post_tables_are_not_deleted BEFORE DELETE ON post_tables BEGIN SELECT RAISE(ABORT, 'rows of post_tables are only added'); END;
CREATE TRIGGER post_tables_are_not_replaced BEFORE INSERT ON post_tables
    WHEN EXISTS (SELECT 1 FROM post_tables WHERE unit_id = NEW.unit_id AND year = NEW.year AND number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'rows of post_tables are only added'); END;
CREATE TRIGGER signing_keys_are_not_changed BEFORE UPDATE ON signing_keys BEGIN SELECT RAISE(ABORT, 'rows of signing_keys are only added'); END;
CREATE TRIGGER signing_keys_are_not_deleted BEFORE DELETE ON signing_keys BEGIN SELECT RAISE(ABORT, 'rows of signing_keys are only added'); END;
CREATE TRIGGER signing_keys_are_not_replaced BEFORE INSERT ON signing_keys
    WHEN EXISTS (SELECT 1 FROM signing_keys WHERE key_id = NEW.key_id)
    BEGIN SELECT RAISE(ABORT, 'rows of signing_keys are only added'); END;
CREATE TRIGGER checkpoints_are_not_changed BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'rows of checkpoints are only added'); END;
CREATE TRIGGER checkpoints_are_not_deleted BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'rows of checkpoints are only added'); END;
CREATE TRIGGER checkpoints_are_not_replaced BEFORE INSERT ON checkpoints
    WHEN EXISTS (SELECT 1 FROM checkpoints WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'rows of checkpoints are only added'); END;
CREATE TRIGGER checkpoint_leaves_are_not_changed BEFORE UPDATE ON checkpoint_leaves BEGIN SELECT RAISE(ABORT, 'rows of checkpoint_leaves are only added'); END;
CREATE TRIGGER checkpoint_leaves_are_not_deleted BEFORE DELETE ON checkpoint_leaves BEGIN SELECT RAISE(ABORT, 'rows of checkpoint_leaves are only added'); END;
CREATE TRIGGER checkpoint_leaves_are_not_replaced BEFORE INSERT ON checkpoint_leaves
    WHEN EXISTS (SELECT 1 FROM checkpoint_leaves WHERE checkpoint = NEW.checkpoint AND position = NEW.position)
    OR EXISTS (SELECT 1 FROM checkpoint_leaves WHERE chain = NEW.chain AND checkpoint = NEW.checkpoint)
    BEGIN SELECT RAISE(ABORT, 'rows of checkpoint_leaves are only added'); END;
CREATE TRIGGER messages_are_not_deleted BEFORE DELETE ON messages BEGIN SELECT RAISE(ABORT, 'rows of messages are only added'); END;
CREATE TRIGGER messages_are_not_replaced BEFORE INSERT ON messages
    WHEN EXISTS (SELECT 1 FROM messages WHERE dossier_id = NEW.dossier_id AND number = NEW.number AND position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'rows of messages are only added'); END;
