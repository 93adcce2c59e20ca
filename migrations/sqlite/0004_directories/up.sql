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

-- Which authenticators a case is about: the approved ones, and how far the order for each has come.
CREATE TABLE case_authenticators (
    case_id TEXT NOT NULL REFERENCES cases (id),
    authenticator_id TEXT NOT NULL REFERENCES authenticators (id),
    approved BOOLEAN NOT NULL,
    -- What was ordered together has the same number.
    nth INTEGER,
    progress TEXT CHECK (progress IN ('ordered', 'deactivated', 'failed')),
    -- What the directory said.
    failure TEXT,
    PRIMARY KEY (case_id, authenticator_id),
    CHECK ((nth IS NULL) = (progress IS NULL)),
    CHECK ((failure IS NOT NULL) = (progress IS NOT NULL AND progress = 'failed'))
);
INSERT INTO case_authenticators (case_id, authenticator_id, approved, nth, progress, failure)
    SELECT id, authenticator_id, approved, CASE WHEN progress IS NULL THEN NULL ELSE 1 END, progress,
        CASE WHEN progress = 'failed' THEN failure END
    FROM (
        SELECT id, authenticator_id, failure,
            EXISTS (SELECT 1 FROM approvals WHERE approvals.case_id = cases.id) AS approved,
            CASE
                WHEN state IN ('deactivating', 'deactivated') THEN
                    CASE state WHEN 'deactivating' THEN 'ordered' ELSE 'deactivated' END
                WHEN conclusion = 'deactivated' OR disputed_from = 'deactivated' THEN 'deactivated'
                WHEN disputed_from = 'deactivating' THEN 'ordered'
                WHEN failure IS NOT NULL THEN 'failed'
            END AS progress
        FROM cases WHERE authenticator_id IS NOT NULL
    ) AS before;
ALTER TABLE cases DROP COLUMN authenticator_id;
ALTER TABLE cases DROP COLUMN failure;

-- Addresses of record that a directory does not tell, as they were imported. A value is of record only from the moment
-- at which it stands here.
CREATE TABLE contacts (
    id TEXT NOT NULL PRIMARY KEY,
    directory TEXT NOT NULL,
    login TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    phone TEXT,
    name TEXT,
    kind TEXT,
    tier TEXT,
    country TEXT,
    -- Logins of the same directory, as JSON.
    administrators TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    email_changed_at TIMESTAMP,
    phone_changed_at TIMESTAMP,
    UNIQUE (directory, login),
    UNIQUE (directory, email_key)
);

-- What an import wants otherwise: held, told to the addresses of record, and then effective. Empty columns stay as
-- they are.
CREATE TABLE contact_changes (
    id TEXT NOT NULL PRIMARY KEY,
    directory TEXT NOT NULL,
    login TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    phone TEXT,
    name TEXT,
    kind TEXT,
    tier TEXT,
    country TEXT,
    administrators TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'effective', 'stopped', 'replaced', 'taken_back')),
    requested_at TIMESTAMP NOT NULL,
    requested_by TEXT NOT NULL,
    -- What was of record when the hold began.
    old_email TEXT,
    old_phone TEXT,
    told_at TIMESTAMP,
    effective_at TIMESTAMP,
    reminded BOOLEAN NOT NULL,
    -- The hash of what the "this wasn't me" link holds; none where there was nobody to tell.
    stop_hash TEXT UNIQUE,
    opened_at TIMESTAMP,
    ended_at TIMESTAMP,
    ended_by TEXT,
    objected_at TIMESTAMP,
    due_at TIMESTAMP
);
CREATE INDEX contact_changes_by_login ON contact_changes (directory, login);
CREATE INDEX contact_changes_due ON contact_changes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX contact_changes_by_state ON contact_changes (state, requested_at);

-- The order to a directory that keeps telephone numbers, and what became of it last.
ALTER TABLE phone_changes ADD COLUMN ordered_at TIMESTAMP;
ALTER TABLE phone_changes ADD COLUMN failure TEXT;
ALTER TABLE phone_changes ADD COLUMN given_up BOOLEAN NOT NULL DEFAULT FALSE;

-- Events wait for each subscriber by themselves, in their order within their case.
ALTER TABLE outbox ADD COLUMN subscriber TEXT;
ALTER TABLE outbox ADD COLUMN sequence BIGINT;
CREATE INDEX outbox_by_subscriber ON outbox (state, subscriber, next_at) WHERE subscriber IS NOT NULL;
CREATE INDEX outbox_by_event ON outbox (case_id, subscriber, sequence) WHERE subscriber IS NOT NULL;
CREATE TABLE event_numbers (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    last BIGINT NOT NULL
);

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
