CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER trail_are_only_added BEFORE UPDATE OR DELETE ON trail FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER trail_are_not_emptied BEFORE TRUNCATE ON trail FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recommendations_are_only_added BEFORE UPDATE OR DELETE ON recommendations FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recommendations_are_not_emptied BEFORE TRUNCATE ON recommendations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER contents_are_only_added BEFORE UPDATE OR DELETE ON contents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER contents_are_not_emptied BEFORE TRUNCATE ON contents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revelations_are_only_added BEFORE UPDATE OR DELETE ON revelations FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revelations_are_not_emptied BEFORE TRUNCATE ON revelations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER post_tables_are_only_added BEFORE UPDATE OR DELETE ON post_tables FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER post_tables_are_not_emptied BEFORE TRUNCATE ON post_tables FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER signing_keys_are_only_added BEFORE UPDATE OR DELETE ON signing_keys FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER signing_keys_are_not_emptied BEFORE TRUNCATE ON signing_keys FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoints_are_only_added BEFORE UPDATE OR DELETE ON checkpoints FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoints_are_not_emptied BEFORE TRUNCATE ON checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_leaves_are_only_added BEFORE UPDATE OR DELETE ON checkpoint_leaves FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_leaves_are_not_emptied BEFORE TRUNCATE ON checkpoint_leaves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER messages_are_only_added BEFORE DELETE ON messages FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER messages_are_not_emptied BEFORE TRUNCATE ON messages FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
