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
