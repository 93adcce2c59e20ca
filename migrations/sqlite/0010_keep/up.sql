-- Cases that ended, and whose personal data is still there: what the schedule looks through. Those that had ended before
-- this table was there stay for a week, so that holds can be placed first.
CREATE TABLE cases_to_erase (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    ended_at TIMESTAMP NOT NULL,
    not_before TIMESTAMP
);
CREATE INDEX cases_to_erase_by_end ON cases_to_erase (ended_at);
INSERT INTO cases_to_erase
    SELECT id, state_since, strftime('%Y-%m-%d %H:%M:%S', 'now', '+7 days')
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

CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures
BEGIN SELECT RAISE(ABORT, 'what was erased stays written down'); END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures
BEGIN SELECT RAISE(ABORT, 'what was erased stays written down'); END;
CREATE TRIGGER case_erasures_no_update BEFORE UPDATE ON case_erasures
BEGIN SELECT RAISE(ABORT, 'what was erased stays written down'); END;
CREATE TRIGGER case_erasures_no_delete BEFORE DELETE ON case_erasures
BEGIN SELECT RAISE(ABORT, 'what was erased stays written down'); END;
CREATE TRIGGER case_erasures_of_ended BEFORE INSERT ON case_erasures
WHEN NOT EXISTS (
        SELECT 1 FROM cases WHERE id = NEW.case_id AND state IN ('closed', 'rejected', 'withdrawn', 'expired'))
    OR EXISTS (SELECT 1 FROM case_erasures WHERE case_id = NEW.case_id)
    OR EXISTS (SELECT 1 FROM legal_holds WHERE lifted_at IS NULL AND case_id = NEW.case_id)
    OR EXISTS (SELECT 1 FROM legal_holds WHERE lifted_at IS NULL
        AND account_id = (SELECT account_id FROM cases WHERE id = NEW.case_id))
BEGIN SELECT RAISE(ABORT, 'only a case that ended and is not held is erased, once'); END;

-- What was immutable stays so, but for exactly one change: a case that an erasure names loses what it says of people.
DROP TRIGGER case_forms_no_update;
CREATE TRIGGER case_forms_no_update BEFORE UPDATE ON case_forms
WHEN NOT (
    EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
    AND NEW.case_id = OLD.case_id AND NEW.device_kind = OLD.device_kind AND NEW.reason = OLD.reason
    AND NEW.language = OLD.language AND NEW.email = 'erased@erased.invalid' AND NEW.email_key = ''
    AND NEW.account_number IS NULL AND NEW.name = '' AND NEW.failed_step = '' AND NEW.phone IS NULL
    AND NEW.callback_time = '' AND NEW.message = '')
BEGIN SELECT RAISE(ABORT, 'a submitted form is immutable'); END;
CREATE TRIGGER case_forms_no_delete BEFORE DELETE ON case_forms
BEGIN SELECT RAISE(ABORT, 'a submitted form is immutable'); END;

DROP TRIGGER evidence_no_update;
CREATE TRIGGER evidence_no_update
BEFORE UPDATE OF id, case_id, kind, outcome, at, valid_until, agent_id ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
CREATE TRIGGER evidence_subject_no_update BEFORE UPDATE OF subject ON evidence
WHEN NEW.subject IS NOT NULL OR NOT EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
CREATE TRIGGER evidence_notes_no_delete BEFORE DELETE ON evidence_notes
WHEN NOT EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'evidence is never removed'); END;

DROP TRIGGER case_entries_no_update;
CREATE TRIGGER case_entries_no_update BEFORE UPDATE ON case_entries
WHEN NOT (
    EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
    AND NEW.id = OLD.id AND NEW.case_id = OLD.case_id AND NEW.kind = OLD.kind AND NEW.agent_id IS OLD.agent_id
    AND NEW.at = OLD.at AND NEW.body = '')
BEGIN SELECT RAISE(ABORT, 'what was written is immutable'); END;
CREATE TRIGGER case_entries_no_delete BEFORE DELETE ON case_entries
BEGIN SELECT RAISE(ABORT, 'what was written is immutable'); END;

CREATE TRIGGER case_origins_no_delete BEFORE DELETE ON case_origins
WHEN NOT EXISTS (SELECT 1 FROM case_erasures WHERE case_id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'where a case came from is immutable'); END;
