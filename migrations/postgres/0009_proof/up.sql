-- What is personal in an entry stands in its hash under a salt of its own, so that value and salt can be erased.
-- Entries of form 1 were written before that and stay as they are.
ALTER TABLE audit_entries
    ADD COLUMN form INTEGER NOT NULL DEFAULT 1,
    ADD COLUMN actor_salt TEXT NOT NULL DEFAULT '',
    ADD COLUMN account_salt TEXT NOT NULL DEFAULT '',
    ADD COLUMN ip_salt TEXT NOT NULL DEFAULT '',
    ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;

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
CREATE FUNCTION audit_head_with_frontier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq <> OLD.seq AND NEW.frontier = OLD.frontier)
        OR (NEW.seq = OLD.seq AND (NEW.hash <> OLD.hash OR (NEW.frontier <> OLD.frontier AND OLD.frontier <> '')))
    THEN
        RAISE EXCEPTION 'audit_head only moves forward, with the edge of its tree';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_head_with_frontier BEFORE UPDATE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_head_with_frontier();

DROP TRIGGER audit_entries_no_change ON audit_entries;
CREATE FUNCTION audit_entries_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq, NEW.at, NEW.actor_kind, NEW.action, NEW.case_ref, NEW.details, NEW.prev_hash, NEW.hash, NEW.form)
            IS DISTINCT FROM
            (OLD.seq, OLD.at, OLD.actor_kind, OLD.action, OLD.case_ref, OLD.details, OLD.prev_hash, OLD.hash, OLD.form)
        OR OLD.form <> 2 OR NEW.erased <= OLD.erased
        OR NOT ((NEW.actor = OLD.actor AND NEW.actor_salt = OLD.actor_salt) OR (NEW.actor = '' AND NEW.actor_salt = ''))
        OR NOT ((NEW.account_id = OLD.account_id AND NEW.account_salt = OLD.account_salt)
            OR (NEW.account_id = '' AND NEW.account_salt = ''))
        OR NOT ((NEW.ip = OLD.ip AND NEW.ip_salt = OLD.ip_salt) OR (NEW.ip = '' AND NEW.ip_salt = ''))
    THEN
        RAISE EXCEPTION 'audit_entries is append-only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_entries_only_erased BEFORE UPDATE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_only_erased();
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_erasures_no_change BEFORE UPDATE OR DELETE ON audit_erasures
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_erasures_no_truncate BEFORE TRUNCATE ON audit_erasures EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_nodes_no_change BEFORE UPDATE OR DELETE ON audit_nodes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_nodes_no_truncate BEFORE TRUNCATE ON audit_nodes EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoints_no_change BEFORE UPDATE OR DELETE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoints_no_truncate BEFORE TRUNCATE ON audit_checkpoints EXECUTE FUNCTION refuse_change();
