DROP TABLE audit_places;
DROP TABLE audit_checkpoints;
DROP TABLE audit_nodes;
DROP TABLE audit_erasures;
DROP TRIGGER audit_entries_no_delete ON audit_entries;
DROP TRIGGER audit_entries_only_erased ON audit_entries;
DROP FUNCTION audit_entries_only_erased();
CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER audit_head_with_frontier ON audit_head;
DROP FUNCTION audit_head_with_frontier();
ALTER TABLE audit_head DROP COLUMN frontier;
ALTER TABLE audit_entries
    DROP COLUMN erased, DROP COLUMN ip_salt, DROP COLUMN account_salt, DROP COLUMN actor_salt, DROP COLUMN form;
