-- Where an account lives, what it is called there, and when it was last read from there.
ALTER TABLE accounts ADD COLUMN directory TEXT NOT NULL DEFAULT 'local';
ALTER TABLE accounts ADD COLUMN login TEXT;
ALTER TABLE accounts ADD COLUMN read_at TIMESTAMP;
CREATE UNIQUE INDEX accounts_by_login ON accounts (directory, login);

-- What an authenticator is called in its directory.
ALTER TABLE authenticators ADD COLUMN serial TEXT;
CREATE UNIQUE INDEX authenticators_by_serial ON authenticators (account_id, serial);

-- Events for subscribers, and the end of an account's old sign-ins, leave by the outbox too.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN
    ('intake', 'link', 'mail', 'call', 'directory', 'alarm', 'text', 'phone', 'letter', 'event', 'sessions'));

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
