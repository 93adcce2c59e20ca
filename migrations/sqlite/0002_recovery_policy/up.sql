ALTER TABLE accounts ADD COLUMN email_changed_at TIMESTAMP;
ALTER TABLE accounts ADD COLUMN phone_changed_at TIMESTAMP;
-- ISO 3166-1 alpha-2; where the account is usually used from.
ALTER TABLE accounts ADD COLUMN country TEXT;
-- Wrong telephone codes in a row, over all cases.
ALTER TABLE accounts ADD COLUMN code_failures INTEGER NOT NULL DEFAULT 0;

-- Sealed TOTP secret, how far the device's clock is off (in time steps), and the last step that was used.
ALTER TABLE authenticators ADD COLUMN secret TEXT;
ALTER TABLE authenticators ADD COLUMN drift BIGINT NOT NULL DEFAULT 0;
ALTER TABLE authenticators ADD COLUMN last_step BIGINT;

-- What an agent gave up to this moment was voided by a suspension, for good.
ALTER TABLE agents ADD COLUMN void_before TIMESTAMP;
UPDATE agents SET void_before = suspended_at WHERE suspended_at IS NOT NULL;

ALTER TABLE cases ADD COLUMN asked_by TEXT REFERENCES agents (id);
ALTER TABLE cases ADD COLUMN asked_at TIMESTAMP;
ALTER TABLE cases ADD COLUMN wait_reminded BOOLEAN NOT NULL DEFAULT FALSE;
-- What a case was closed with.
ALTER TABLE cases ADD COLUMN conclusion TEXT;
-- Agents who can never be the second pair of eyes, separated by spaces.
ALTER TABLE cases ADD COLUMN barred TEXT NOT NULL DEFAULT '';
-- The most that risk signals ever added.
ALTER TABLE cases ADD COLUMN raised_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN raised_approvals INTEGER NOT NULL DEFAULT 0;

-- What an approval covers: one path and evidence, separated by spaces. Older approvals cover nothing.
ALTER TABLE approvals ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN evidence TEXT NOT NULL DEFAULT '';

ALTER TABLE evidence ADD COLUMN administrator_id TEXT REFERENCES accounts (id);

-- What the risk rules compare cases by. Keyed hashes, so that the table tells nobody's number or words.
CREATE TABLE case_origins (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    person TEXT NOT NULL,
    network TEXT NOT NULL,
    phone TEXT,
    mail_domain TEXT NOT NULL,
    wording TEXT,
    country TEXT,
    submitted_at TIMESTAMP NOT NULL
);
CREATE INDEX case_origins_by_network ON case_origins (network, submitted_at);
CREATE INDEX case_origins_by_phone ON case_origins (phone, submitted_at) WHERE phone IS NOT NULL;
CREATE INDEX case_origins_by_mail_domain ON case_origins (mail_domain, submitted_at);
CREATE INDEX case_origins_by_wording ON case_origins (wording, submitted_at) WHERE wording IS NOT NULL;

-- How an examination or a meeting went, item by item.
CREATE TABLE evidence_notes (
    evidence_id TEXT NOT NULL PRIMARY KEY REFERENCES evidence (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    body TEXT NOT NULL
);
CREATE INDEX evidence_notes_by_case ON evidence_notes (case_id);

CREATE TABLE recovery_codes (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    authenticator_id TEXT NOT NULL REFERENCES authenticators (id),
    code_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX recovery_codes_by_account ON recovery_codes (account_id);

CREATE TABLE account_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    token_hash TEXT NOT NULL UNIQUE,
    -- 'password': the second step is still to come.
    assurance TEXT NOT NULL CHECK (assurance IN ('password', 'complete')),
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX account_sessions_by_account ON account_sessions (account_id);

CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL CHECK (kind IN ('pdf', 'jpeg', 'png')),
    size BIGINT NOT NULL,
    digest TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB,
    uploaded_at TIMESTAMP NOT NULL,
    erased_at TIMESTAMP
);
CREATE INDEX documents_by_case ON documents (case_id, uploaded_at);
CREATE INDEX documents_by_key ON documents (key_id);
-- What is still to be erased, however many were.
CREATE INDEX documents_kept ON documents (case_id) WHERE erased_at IS NULL;

CREATE TABLE phone_changes (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    old_phone TEXT,
    new_phone TEXT NOT NULL,
    requested_by TEXT NOT NULL CHECK (requested_by IN ('customer', 'agent', 'administrator')),
    agent_id TEXT REFERENCES agents (id),
    administrator_id TEXT REFERENCES accounts (id),
    requested_at TIMESTAMP NOT NULL,
    approved_by TEXT REFERENCES agents (id),
    approved_at TIMESTAMP,
    held_at TIMESTAMP,
    effective_at TIMESTAMP,
    reminded BOOLEAN NOT NULL DEFAULT FALSE,
    frozen_from TEXT,
    state_since TIMESTAMP NOT NULL,
    due_at TIMESTAMP
);
CREATE INDEX phone_changes_by_case ON phone_changes (case_id);
CREATE INDEX phone_changes_by_account ON phone_changes (account_id, state);
CREATE INDEX phone_changes_by_timer ON phone_changes (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE alarms (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    case_id TEXT REFERENCES cases (id),
    account_id TEXT REFERENCES accounts (id),
    at TIMESTAMP NOT NULL,
    seen_by TEXT REFERENCES agents (id),
    seen_at TIMESTAMP
);
CREATE INDEX alarms_unseen ON alarms (at) WHERE seen_at IS NULL;

CREATE TABLE blocks (
    id TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- What the desk is shown: a reference, a masked address, a network.
    about TEXT NOT NULL,
    case_id TEXT REFERENCES cases (id),
    account_id TEXT REFERENCES accounts (id),
    at TIMESTAMP NOT NULL,
    -- Empty until a supervisor lifts it.
    until TIMESTAMP,
    lifted_by TEXT REFERENCES agents (id),
    lifted_at TIMESTAMP,
    lift_reason TEXT
);
CREATE INDEX blocks_by_subject ON blocks (scope, subject, at);
CREATE INDEX blocks_not_lifted ON blocks (at) WHERE lifted_at IS NULL;

-- SQLite cannot change a CHECK or a NOT NULL, so these four tables, which no other refers to, are made anew.
CREATE TABLE new_links (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('open', 'object', 'administer')),
    token_hash TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    opened_at TIMESTAMP,
    used_at TIMESTAMP,
    -- The administrator that a link was sent to.
    account_id TEXT REFERENCES accounts (id)
);
INSERT INTO new_links SELECT id, case_id, purpose, token_hash, subject, created_at, expires_at, opened_at, used_at, NULL FROM links;
DROP TABLE links;
ALTER TABLE new_links RENAME TO links;
CREATE INDEX links_by_case ON links (case_id);

CREATE TABLE new_case_entries (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL CHECK (kind IN ('note', 'to_customer', 'from_customer', 'reason', 'administrator')),
    agent_id TEXT REFERENCES agents (id),
    at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
INSERT INTO new_case_entries SELECT id, case_id, kind, agent_id, at, body FROM case_entries;
DROP TABLE case_entries;
ALTER TABLE new_case_entries RENAME TO case_entries;
CREATE INDEX case_entries_by_case ON case_entries (case_id, at);
CREATE TRIGGER case_entries_no_update BEFORE UPDATE ON case_entries
BEGIN SELECT RAISE(ABORT, 'what was written is immutable'); END;
CREATE TRIGGER case_entries_no_replace BEFORE INSERT ON case_entries
WHEN EXISTS (SELECT 1 FROM case_entries WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was written is immutable'); END;

CREATE TABLE new_calls (
    id TEXT NOT NULL PRIMARY KEY,
    -- A call asks for a code, or tells of a phone change.
    challenge_id TEXT REFERENCES challenges (id),
    phone_change_id TEXT REFERENCES phone_changes (id),
    phone TEXT NOT NULL,
    provider_id TEXT,
    state TEXT NOT NULL,
    says TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((challenge_id IS NULL) <> (phone_change_id IS NULL))
);
INSERT INTO new_calls SELECT id, challenge_id, NULL, phone, provider_id, state, says, created_at, updated_at FROM calls;
DROP TABLE calls;
ALTER TABLE new_calls RENAME TO calls;
CREATE INDEX calls_by_challenge ON calls (challenge_id);
CREATE INDEX calls_by_phone_change ON calls (phone_change_id);

CREATE TABLE new_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('intake', 'link', 'mail', 'call', 'directory', 'alarm', 'text', 'phone')),
    case_id TEXT NOT NULL REFERENCES cases (id),
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'dead')),
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    done_at TIMESTAMP,
    last_error TEXT
);
INSERT INTO new_outbox SELECT id, kind, case_id, payload, state, attempts, next_at, created_at, done_at, last_error FROM outbox;
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;
CREATE INDEX outbox_to_do ON outbox (state, next_at);
CREATE INDEX outbox_by_case ON outbox (case_id, created_at);

CREATE TRIGGER evidence_administrator_no_update BEFORE UPDATE OF administrator_id ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
CREATE TRIGGER evidence_notes_no_update BEFORE UPDATE ON evidence_notes
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
CREATE TRIGGER evidence_notes_no_replace BEFORE INSERT ON evidence_notes
WHEN EXISTS (SELECT 1 FROM evidence_notes WHERE evidence_id = NEW.evidence_id)
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
CREATE TRIGGER case_origins_no_update BEFORE UPDATE ON case_origins
BEGIN SELECT RAISE(ABORT, 'where a case came from is immutable'); END;
CREATE TRIGGER case_origins_no_replace BEFORE INSERT ON case_origins
WHEN EXISTS (SELECT 1 FROM case_origins WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'where a case came from is immutable'); END;
