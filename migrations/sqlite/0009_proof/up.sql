-- What is personal in an entry stands in its hash under a salt of its own, so that value and salt can be erased.
-- Entries of form 1 were written before that and stay as they are.
ALTER TABLE audit_entries ADD COLUMN form INTEGER NOT NULL DEFAULT 1;
ALTER TABLE audit_entries ADD COLUMN actor_salt TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entries ADD COLUMN account_salt TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entries ADD COLUMN ip_salt TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entries ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;

-- What the hash covers in the place of what was erased, and the entry that says on whose order.
CREATE TABLE audit_erasures (
    entry_seq BIGINT NOT NULL,
    field TEXT NOT NULL,
    digest TEXT NOT NULL,
    by_seq BIGINT NOT NULL,
    PRIMARY KEY (entry_seq, field)
);
CREATE INDEX audit_erasures_by_order ON audit_erasures (by_seq, entry_seq);

-- The right edge of the tree over the entries: the hashes of its perfect subtrees, the largest first.
ALTER TABLE audit_head ADD COLUMN frontier TEXT NOT NULL DEFAULT '';

-- Its perfect subtrees of 256, 65,536 ... entries; the others are recomputed when they are needed.
CREATE TABLE audit_nodes (
    level INTEGER NOT NULL,
    position BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (level, position)
);

-- What was signed of the log, and how far each place outside has it.
CREATE TABLE audit_checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    root TEXT NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE TABLE audit_places (
    place TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    error TEXT
);

-- The edge moves with the head and with nothing else; a program that knows of no tree can append nothing. A log from
-- before the tree gets its edge once.
CREATE TRIGGER audit_head_with_frontier BEFORE UPDATE ON audit_head
WHEN (NEW.seq IS NOT OLD.seq AND NEW.frontier IS OLD.frontier)
    OR (NEW.seq IS OLD.seq AND (NEW.hash IS NOT OLD.hash OR (NEW.frontier IS NOT OLD.frontier AND OLD.frontier <> '')))
BEGIN SELECT RAISE(ABORT, 'audit_head only moves forward, with the edge of its tree'); END;

DROP TRIGGER audit_entries_no_update;
CREATE TRIGGER audit_entries_only_erased BEFORE UPDATE ON audit_entries
WHEN NEW.seq IS NOT OLD.seq OR NEW.at IS NOT OLD.at OR NEW.actor_kind IS NOT OLD.actor_kind
    OR NEW.action IS NOT OLD.action OR NEW.case_ref IS NOT OLD.case_ref OR NEW.details IS NOT OLD.details
    OR NEW.prev_hash IS NOT OLD.prev_hash OR NEW.hash IS NOT OLD.hash OR NEW.form IS NOT OLD.form OR OLD.form <> 2
    OR NEW.erased <= OLD.erased
    OR NOT ((NEW.actor IS OLD.actor AND NEW.actor_salt IS OLD.actor_salt) OR (NEW.actor = '' AND NEW.actor_salt = ''))
    OR NOT ((NEW.account_id IS OLD.account_id AND NEW.account_salt IS OLD.account_salt)
        OR (NEW.account_id = '' AND NEW.account_salt = ''))
    OR NOT ((NEW.ip IS OLD.ip AND NEW.ip_salt IS OLD.ip_salt) OR (NEW.ip = '' AND NEW.ip_salt = ''))
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_erasures_no_update BEFORE UPDATE ON audit_erasures
BEGIN SELECT RAISE(ABORT, 'audit_erasures is append-only'); END;
CREATE TRIGGER audit_erasures_no_delete BEFORE DELETE ON audit_erasures
BEGIN SELECT RAISE(ABORT, 'audit_erasures is append-only'); END;
CREATE TRIGGER audit_nodes_no_update BEFORE UPDATE ON audit_nodes
BEGIN SELECT RAISE(ABORT, 'audit_nodes is append-only'); END;
CREATE TRIGGER audit_nodes_no_delete BEFORE DELETE ON audit_nodes
BEGIN SELECT RAISE(ABORT, 'audit_nodes is append-only'); END;
CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'audit_checkpoints is append-only'); END;
CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'audit_checkpoints is append-only'); END;
