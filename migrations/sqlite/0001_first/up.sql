-- Times are UTC. Identifiers are UUIDs as text, so that both databases hold the same values.

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    number TEXT UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('owner', 'member')),
    tier TEXT NOT NULL CHECK (tier IN ('standard', 'privileged')),
    phone TEXT,
    status TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    password_hash TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE account_administrators (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    administrator_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (account_id, administrator_id)
);

CREATE TABLE authenticators (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'deactivated')),
    enrolled_at TIMESTAMP NOT NULL,
    deactivated_at TIMESTAMP
);
CREATE INDEX authenticators_by_account ON authenticators (account_id);

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('agent', 'supervisor', 'auditor', 'admin')),
    password_hash TEXT NOT NULL,
    suspended_at TIMESTAMP,
    failures INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE agent_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX agent_sessions_by_agent ON agent_sessions (agent_id);

CREATE TABLE cases (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    submission_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    tier TEXT,
    holder_id TEXT REFERENCES agents (id),
    evidence_since TIMESTAMP NOT NULL,
    wait_path TEXT,
    wait_started_at TIMESTAMP,
    wait_ends_at TIMESTAMP,
    wait_usable_until TIMESTAMP,
    submitted_at TIMESTAMP NOT NULL,
    state_since TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP,
    answer_by TIMESTAMP,
    authenticator_id TEXT REFERENCES authenticators (id),
    failure TEXT,
    disputed_from TEXT,
    ended_reason TEXT,
    changed_by TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
CREATE INDEX cases_by_state ON cases (state, submitted_at, id);
CREATE INDEX cases_by_submission ON cases (submitted_at, id);
CREATE INDEX cases_by_holder ON cases (holder_id, submitted_at, id);
CREATE INDEX cases_by_account ON cases (account_id);
CREATE INDEX cases_by_timer ON cases (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE case_forms (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    account_number TEXT,
    name TEXT NOT NULL,
    device_kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    failed_step TEXT NOT NULL,
    phone TEXT,
    language TEXT NOT NULL,
    callback_time TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX case_forms_by_email ON case_forms (email_key);

CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'failed')),
    at TIMESTAMP NOT NULL,
    valid_until TIMESTAMP,
    agent_id TEXT REFERENCES agents (id),
    subject TEXT,
    in_wait BOOLEAN NOT NULL
);
CREATE INDEX evidence_by_case ON evidence (case_id, at);

CREATE TABLE approvals (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    at TIMESTAMP NOT NULL
);
CREATE INDEX approvals_by_case ON approvals (case_id, at);

CREATE TABLE case_entries (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL CHECK (kind IN ('note', 'to_customer', 'from_customer', 'reason')),
    agent_id TEXT REFERENCES agents (id),
    at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX case_entries_by_case ON case_entries (case_id, at);

CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('open', 'object')),
    token_hash TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    opened_at TIMESTAMP,
    used_at TIMESTAMP
);
CREATE INDEX links_by_case ON links (case_id);

CREATE TABLE customer_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    token_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX customer_sessions_by_case ON customer_sessions (case_id);

CREATE TABLE challenges (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL CHECK (kind IN ('phone_code', 'agent_callback')),
    session_id TEXT REFERENCES customer_sessions (id),
    agent_id TEXT REFERENCES agents (id),
    code_hash TEXT,
    subject TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'passed', 'failed', 'replaced')),
    tries_left INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX challenges_by_case ON challenges (case_id, created_at);

CREATE TABLE calls (
    id TEXT NOT NULL PRIMARY KEY,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    phone TEXT NOT NULL,
    provider_id TEXT,
    state TEXT NOT NULL,
    says TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX calls_by_challenge ON calls (challenge_id);

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('intake', 'link', 'mail', 'call', 'directory')),
    case_id TEXT NOT NULL REFERENCES cases (id),
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'dead')),
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    done_at TIMESTAMP,
    last_error TEXT
);
CREATE INDEX outbox_to_do ON outbox (state, next_at);
CREATE INDEX outbox_by_case ON outbox (case_id, created_at);

CREATE TABLE throttle_events (
    id TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX throttle_events_by_subject ON throttle_events (scope, subject, at);

CREATE TABLE audit_entries (
    seq BIGINT NOT NULL PRIMARY KEY CHECK (seq >= 1),
    at TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    case_ref TEXT NOT NULL,
    account_id TEXT NOT NULL,
    ip TEXT NOT NULL,
    details TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_entries_by_case ON audit_entries (case_ref, seq);
CREATE INDEX audit_entries_by_time ON audit_entries (at, seq);

CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- The log is append-only and the submitted form immutable, whoever holds the connection.
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_only_appended BEFORE INSERT ON audit_entries
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_entries)
BEGIN SELECT RAISE(ABORT, 'audit_entries has no gaps'); END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'audit_head cannot be removed'); END;
CREATE TRIGGER audit_head_only_forward BEFORE UPDATE ON audit_head WHEN NEW.seq < OLD.seq
BEGIN SELECT RAISE(ABORT, 'audit_head only moves forward'); END;
CREATE TRIGGER case_forms_no_update BEFORE UPDATE ON case_forms
BEGIN SELECT RAISE(ABORT, 'a submitted form is immutable'); END;
CREATE TRIGGER evidence_no_update
BEFORE UPDATE OF id, case_id, kind, outcome, at, valid_until, agent_id, subject ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
CREATE TRIGGER case_entries_no_update BEFORE UPDATE ON case_entries
BEGIN SELECT RAISE(ABORT, 'what was written is immutable'); END;
-- INSERT OR REPLACE removes a row without its DELETE trigger, unless the connection asks for it.
CREATE TRIGGER audit_head_only_one BEFORE INSERT ON audit_head
BEGIN SELECT RAISE(ABORT, 'audit_head cannot be replaced'); END;
CREATE TRIGGER case_forms_no_replace BEFORE INSERT ON case_forms
WHEN EXISTS (SELECT 1 FROM case_forms WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'a submitted form is immutable'); END;
CREATE TRIGGER evidence_no_replace BEFORE INSERT ON evidence WHEN EXISTS (SELECT 1 FROM evidence WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
CREATE TRIGGER case_entries_no_replace BEFORE INSERT ON case_entries
WHEN EXISTS (SELECT 1 FROM case_entries WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was written is immutable'); END;
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never removed'); END;
