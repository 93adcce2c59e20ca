-- Mails that came in. One that belongs to no case is kept sealed until somebody decides, or its time is over.
CREATE TABLE inbound_mails (
    id TEXT NOT NULL PRIMARY KEY,
    -- Of its Message-ID and its content, without what servers add on the way: the same mail counts once.
    digest TEXT NOT NULL UNIQUE,
    way TEXT NOT NULL CHECK (way IN ('imap', 'hook')),
    fate TEXT NOT NULL CHECK (fate IN ('message', 'unmatched', 'discarded', 'automatic', 'report', 'too_many', 'too_large', 'set_aside')),
    -- Why it was set aside.
    aside TEXT CHECK (aside IN ('store', 'files', 'too_many')),
    sign TEXT,
    case_id TEXT REFERENCES cases (id),
    entry_id TEXT UNIQUE,
    matched_by TEXT CHECK (matched_by IN ('thread', 'address', 'hand')),
    sender TEXT NOT NULL CHECK (sender IN ('record', 'other')),
    from_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- The quoted mail and the signature, folded away.
    rest TEXT NOT NULL,
    files TEXT NOT NULL,
    size BIGINT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    decided_at TIMESTAMP,
    key_id TEXT,
    sealed BYTEA,
    CHECK ((fate = 'message') = (entry_id IS NOT NULL)),
    CHECK ((fate = 'set_aside') = (aside IS NOT NULL))
);
CREATE INDEX inbound_mails_by_case ON inbound_mails (case_id, received_at) WHERE case_id IS NOT NULL;
CREATE INDEX inbound_mails_by_fate ON inbound_mails (fate, received_at);
CREATE INDEX inbound_mails_by_key ON inbound_mails (key_id) WHERE sealed IS NOT NULL;

-- A document that came by mail is no check.
ALTER TABLE documents ADD COLUMN mail_id TEXT REFERENCES inbound_mails (id);

-- Mails of ours that a mail server reported it could not deliver.
CREATE TABLE mail_failures (
    mail_id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    subject TEXT NOT NULL,
    permanent BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    cleared_at TIMESTAMP
);
CREATE INDEX mail_failures_by_subject ON mail_failures (subject);
CREATE INDEX mail_failures_by_case ON mail_failures (case_id);

-- One of several instances reads a mailbox.
CREATE TABLE mailbox_readers (
    mailbox TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until TIMESTAMP NOT NULL,
    trouble TEXT,
    trouble_since TIMESTAMP
);
