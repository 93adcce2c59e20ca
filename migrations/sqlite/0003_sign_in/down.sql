DELETE FROM outbox WHERE kind = 'letter';
CREATE TABLE old_outbox (
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
INSERT INTO old_outbox SELECT id, kind, case_id, payload, state, attempts, next_at, created_at, done_at, last_error FROM outbox;
DROP TABLE outbox;
ALTER TABLE old_outbox RENAME TO outbox;
CREATE INDEX outbox_to_do ON outbox (state, next_at);
CREATE INDEX outbox_by_case ON outbox (case_id, created_at);
-- Older versions show no case without a form.
INSERT INTO case_forms
    (case_id, email, email_key, name, device_kind, reason, failed_step, language, callback_time, message)
SELECT cases.id, accounts.email, accounts.email_key, accounts.name, 'unsure', 'other', '', recoveries.language, '', ''
FROM recoveries
JOIN cases ON cases.id = recoveries.case_id
JOIN accounts ON accounts.id = recoveries.account_id
WHERE NOT EXISTS (SELECT 1 FROM case_forms WHERE case_forms.case_id = cases.id);
ALTER TABLE cases DROP COLUMN with_owner;
ALTER TABLE challenges DROP COLUMN account_session_id;
DROP TABLE recoveries;
DROP TABLE sso_sign_ins;
DROP TABLE sign_in_links;
DROP TABLE ceremonies;
DROP TABLE password_failures;
DROP TABLE known_devices;
DROP TABLE account_sessions;
CREATE TABLE account_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    token_hash TEXT NOT NULL UNIQUE,
    assurance TEXT NOT NULL CHECK (assurance IN ('password', 'complete')),
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX account_sessions_by_account ON account_sessions (account_id);
DROP TABLE agent_sessions;
CREATE TABLE agent_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX agent_sessions_by_agent ON agent_sessions (agent_id);
ALTER TABLE agents ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN password_hash TEXT NOT NULL DEFAULT '';
UPDATE agents SET password_hash = COALESCE((SELECT password_hash FROM accounts WHERE accounts.id = agents.id), '');
DROP INDEX agents_by_sso_subject;
ALTER TABLE agents DROP COLUMN appointed_at;
ALTER TABLE agents DROP COLUMN appointed_by;
ALTER TABLE agents DROP COLUMN sso_subject;
DROP INDEX authenticators_by_credential;
ALTER TABLE authenticators DROP COLUMN sign_count;
ALTER TABLE authenticators DROP COLUMN credential_id;
ALTER TABLE authenticators DROP COLUMN last_used_at;
ALTER TABLE authenticators DROP COLUMN passkey;
-- Accounts of people at the desk stay, so that what refers to them does; without the column they are customers' that
-- nobody can sign in with.
UPDATE accounts SET status = 'suspended', password_hash = NULL WHERE staff;
ALTER TABLE accounts DROP COLUMN staff;
ALTER TABLE accounts DROP COLUMN language;
