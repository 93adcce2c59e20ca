-- Which case goes on in the place of a duplicate.
CREATE TABLE case_merges (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    into_id TEXT NOT NULL REFERENCES cases (id),
    at TIMESTAMP NOT NULL,
    CHECK (case_id <> into_id)
);
CREATE INDEX case_merges_by_kept ON case_merges (into_id);

-- Texts that agents begin from, a text for each language. What was taken away stays for the log.
CREATE TABLE canned_replies (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);
CREATE TABLE canned_texts (
    reply_id TEXT NOT NULL REFERENCES canned_replies (id),
    language TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (reply_id, language)
);

-- Who has a case before them, and since when they last wrote in it.
CREATE TABLE case_presence (
    case_id TEXT NOT NULL REFERENCES cases (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    seen_at TIMESTAMP NOT NULL,
    wrote_at TIMESTAMP,
    PRIMARY KEY (case_id, agent_id)
);

-- What somebody has begun to write and not sent.
CREATE TABLE case_drafts (
    case_id TEXT NOT NULL REFERENCES cases (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    field TEXT NOT NULL CHECK (field IN ('message', 'note')),
    body TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (case_id, agent_id, field)
);
CREATE INDEX case_drafts_by_age ON case_drafts (at);
CREATE INDEX case_drafts_by_agent ON case_drafts (agent_id, at);
