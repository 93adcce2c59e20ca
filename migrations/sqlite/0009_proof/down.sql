DROP TABLE audit_places;
DROP TABLE audit_checkpoints;
DROP TABLE audit_nodes;
DROP TABLE audit_erasures;
DROP TRIGGER audit_entries_only_erased;
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
DROP TRIGGER audit_head_with_frontier;
ALTER TABLE audit_head DROP COLUMN frontier;
ALTER TABLE audit_entries DROP COLUMN erased;
ALTER TABLE audit_entries DROP COLUMN ip_salt;
ALTER TABLE audit_entries DROP COLUMN account_salt;
ALTER TABLE audit_entries DROP COLUMN actor_salt;
ALTER TABLE audit_entries DROP COLUMN form;
