-- Where an account lives, what it is called there, and when it was last read from there.
ALTER TABLE accounts ADD COLUMN directory TEXT NOT NULL DEFAULT 'local';
ALTER TABLE accounts ADD COLUMN login TEXT;
ALTER TABLE accounts ADD COLUMN read_at TIMESTAMP;
CREATE UNIQUE INDEX accounts_by_login ON accounts (directory, login);

-- What an authenticator is called in its directory.
ALTER TABLE authenticators ADD COLUMN serial TEXT;
CREATE UNIQUE INDEX authenticators_by_serial ON authenticators (account_id, serial);

-- Events for subscribers, and the end of an account's old sign-ins, leave by the outbox too.
CREATE TABLE new_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN
        ('intake', 'link', 'mail', 'call', 'directory', 'alarm', 'text', 'phone', 'letter', 'event', 'sessions')),
    case_id TEXT REFERENCES cases (id),
    account_id TEXT REFERENCES accounts (id),
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'dead')),
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    done_at TIMESTAMP,
    last_error TEXT,
    CHECK ((case_id IS NULL) = (kind = 'letter'))
);
INSERT INTO new_outbox
    SELECT id, kind, case_id, account_id, payload, state, attempts, next_at, created_at, done_at, last_error FROM outbox;
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;
CREATE INDEX outbox_to_do ON outbox (state, next_at);
CREATE INDEX outbox_by_case ON outbox (case_id, created_at);
CREATE INDEX outbox_by_account ON outbox (account_id, created_at) WHERE account_id IS NOT NULL;

-- Fresh authenticators that cases set up in other directories: which, never their secrets.
CREATE TABLE enrolments (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    serial TEXT NOT NULL,
    begun_at TIMESTAMP NOT NULL,
    tried_at TIMESTAMP,
    done_at TIMESTAMP
);
CREATE INDEX enrolments_by_account ON enrolments (account_id, begun_at);
