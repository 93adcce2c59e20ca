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

-- Events wait for each subscriber by themselves, in their order within their case.
ALTER TABLE outbox ADD COLUMN subscriber TEXT;
ALTER TABLE outbox ADD COLUMN sequence BIGINT;
CREATE INDEX outbox_by_subscriber ON outbox (state, subscriber, next_at) WHERE subscriber IS NOT NULL;
CREATE INDEX outbox_by_event ON outbox (case_id, subscriber, sequence) WHERE subscriber IS NOT NULL;
CREATE TABLE event_numbers (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    last BIGINT NOT NULL
);
