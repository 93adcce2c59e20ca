-- Tokens with which programs act as somebody at the desk. The token itself is nowhere: only its hash.
CREATE TABLE api_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Codes with spaces between.
    scopes TEXT NOT NULL,
    -- Networks with spaces between; none means anywhere.
    networks TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    -- To the quarter of an hour.
    last_used_at TIMESTAMP,
    revoked_at TIMESTAMP,
    -- The minute that requests are counted in, and how many there were.
    counted_from TIMESTAMP NOT NULL,
    counted INTEGER NOT NULL
);
CREATE INDEX api_tokens_by_agent ON api_tokens (agent_id);

-- What was answered to requests that may be sent again. Without a status it is not answered yet.
CREATE TABLE api_answers (
    token_id TEXT NOT NULL REFERENCES api_tokens (id),
    key_hash TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    began_at TIMESTAMP NOT NULL,
    status INTEGER,
    etag TEXT,
    media_type TEXT,
    body TEXT,
    PRIMARY KEY (token_id, key_hash)
);
CREATE INDEX api_answers_by_age ON api_answers (began_at);

-- When somebody at the desk last completed a sign-in: sign-ins themselves are forgotten.
ALTER TABLE agents ADD COLUMN signed_in_at TIMESTAMP;
UPDATE agents SET signed_in_at = (
    SELECT MAX(created_at) FROM agent_sessions WHERE agent_id = agents.id AND assurance = 'complete'
);
