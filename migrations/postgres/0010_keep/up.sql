-- Cases that ended, and whose personal data is still there: what the schedule looks through. Those that had ended before
-- this table was there stay for a week, so that holds can be placed first.
CREATE TABLE cases_to_erase (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    ended_at TIMESTAMP NOT NULL,
    not_before TIMESTAMP
);
CREATE INDEX cases_to_erase_by_end ON cases_to_erase (ended_at);
INSERT INTO cases_to_erase
    SELECT id, state_since, (now() AT TIME ZONE 'UTC') + INTERVAL '7 days'
    FROM cases WHERE state IN ('closed', 'rejected', 'withdrawn', 'expired');

-- What must be kept although its time is over or somebody asks for its erasure: a case, or an account with its cases.
CREATE TABLE legal_holds (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT REFERENCES cases (id),
    account_id TEXT REFERENCES accounts (id),
    reason TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_at TIMESTAMP NOT NULL,
    lifted_by TEXT,
    lifted_at TIMESTAMP,
    CHECK ((case_id IS NULL) <> (account_id IS NULL)),
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE INDEX legal_holds_on_case ON legal_holds (case_id) WHERE lifted_at IS NULL;
CREATE INDEX legal_holds_on_account ON legal_holds (account_id) WHERE lifted_at IS NULL;

-- Erasures of personal data, numbered in one series. An account is named where a person asked for it.
CREATE TABLE erasures (
    n BIGINT NOT NULL PRIMARY KEY CHECK (n >= 1),
    cause TEXT NOT NULL CHECK (cause IN ('schedule', 'request')),
    account_id TEXT REFERENCES accounts (id),
    at TIMESTAMP NOT NULL
);
CREATE INDEX erasures_of_account ON erasures (account_id) WHERE account_id IS NOT NULL;

-- The cases that an erasure emptied.
CREATE TABLE case_erasures (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    n BIGINT NOT NULL REFERENCES erasures (n)
);
CREATE INDEX case_erasures_by_number ON case_erasures (n);

CREATE TRIGGER erasures_no_change BEFORE UPDATE OR DELETE ON erasures
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_erasures_no_change BEFORE UPDATE OR DELETE ON case_erasures
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION erased_only_when_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
            SELECT 1 FROM cases WHERE id = NEW.case_id AND state IN ('closed', 'rejected', 'withdrawn', 'expired'))
        OR EXISTS (SELECT 1 FROM legal_holds WHERE lifted_at IS NULL AND case_id = NEW.case_id)
        OR EXISTS (SELECT 1 FROM legal_holds WHERE lifted_at IS NULL
            AND account_id = (SELECT account_id FROM cases WHERE id = NEW.case_id))
    THEN RAISE EXCEPTION 'only a case that ended and is not held is erased, once'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_erasures_of_ended BEFORE INSERT ON case_erasures
    FOR EACH ROW EXECUTE FUNCTION erased_only_when_over();

-- What was immutable stays so, but for exactly one change: a case that an erasure names loses what it says of people.
CREATE FUNCTION form_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE empty case_forms := OLD;
BEGIN
    empty.email := 'erased@erased.invalid';
    empty.email_key := '';
    empty.account_number := NULL;
    empty.name := '';
    empty.failed_step := '';
    empty.phone := NULL;
    empty.callback_time := '';
    empty.message := '';
    IF NEW IS DISTINCT FROM empty OR NOT EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
    THEN RAISE EXCEPTION 'a submitted form is immutable'; END IF;
    RETURN NEW;
END $$;
DROP TRIGGER case_forms_no_update ON case_forms;
CREATE TRIGGER case_forms_no_update BEFORE UPDATE ON case_forms FOR EACH ROW EXECUTE FUNCTION form_only_erased();
CREATE TRIGGER case_forms_no_delete BEFORE DELETE ON case_forms FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION subject_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject IS NOT NULL OR NOT EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
    THEN RAISE EXCEPTION 'evidence is immutable'; END IF;
    RETURN NEW;
END $$;
DROP TRIGGER evidence_no_update ON evidence;
CREATE TRIGGER evidence_no_update
    BEFORE UPDATE OF id, case_id, kind, outcome, at, valid_until, agent_id ON evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_subject_no_update BEFORE UPDATE OF subject ON evidence
    FOR EACH ROW EXECUTE FUNCTION subject_only_erased();

CREATE FUNCTION entry_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE empty case_entries := OLD;
BEGIN
    empty.body := '';
    IF NEW IS DISTINCT FROM empty OR NOT EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
    THEN RAISE EXCEPTION 'what was written is immutable'; END IF;
    RETURN NEW;
END $$;
DROP TRIGGER case_entries_no_update ON case_entries;
CREATE TRIGGER case_entries_no_update BEFORE UPDATE ON case_entries
    FOR EACH ROW EXECUTE FUNCTION entry_only_erased();
CREATE TRIGGER case_entries_no_delete BEFORE DELETE ON case_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION removed_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
    THEN RAISE EXCEPTION '% is immutable', TG_TABLE_NAME; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER evidence_notes_no_delete BEFORE DELETE ON evidence_notes
    FOR EACH ROW EXECUTE FUNCTION removed_only_erased();
CREATE TRIGGER case_origins_no_delete BEFORE DELETE ON case_origins
    FOR EACH ROW EXECUTE FUNCTION removed_only_erased();
