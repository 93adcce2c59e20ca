-- The language that the account's owner last chose or signed in with.
ALTER TABLE accounts ADD COLUMN language TEXT;
-- People at the desk sign in with an account of their own, which has their identifier. Its `email_key` begins with
-- `staff:`, so that no customer's page finds it.
ALTER TABLE accounts ADD COLUMN staff BOOLEAN NOT NULL DEFAULT FALSE;

-- What WebAuthn keeps of a passkey: a public key and its counter.
ALTER TABLE authenticators ADD COLUMN passkey TEXT;
ALTER TABLE authenticators ADD COLUMN last_used_at TIMESTAMP;
-- What a browser calls it by, and how often it says it was used: no passkey is set up twice, and a count that goes back
-- tells of a copy.
ALTER TABLE authenticators ADD COLUMN credential_id TEXT;
ALTER TABLE authenticators ADD COLUMN sign_count BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX authenticators_by_credential ON authenticators (credential_id);

-- Who the single sign-on says it is: issuer and subject, separated by a space.
ALTER TABLE agents ADD COLUMN sso_subject TEXT;
-- Who last added, promoted or restored them, and when: for a day the two do not count as two.
ALTER TABLE agents ADD COLUMN appointed_by TEXT;
ALTER TABLE agents ADD COLUMN appointed_at TIMESTAMP;
INSERT INTO accounts
    (id, email, email_key, name, kind, tier, status, password_hash, created_at, updated_at, code_failures, staff)
SELECT id, email, 'staff:' || email_key, name, 'owner', 'privileged', 'active', password_hash, created_at, created_at, 0, TRUE
FROM agents
WHERE TRUE
-- Some are there already where this migration was reverted before.
ON CONFLICT (id) DO UPDATE SET staff = TRUE, status = 'active', password_hash = excluded.password_hash;
ALTER TABLE agents DROP COLUMN password_hash;
ALTER TABLE agents DROP COLUMN failures;
CREATE UNIQUE INDEX agents_by_sso_subject ON agents (sso_subject);

-- Sign-ins of before know no second factor: they end.
DROP TABLE agent_sessions;
CREATE TABLE agent_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    assurance TEXT NOT NULL CHECK (assurance IN ('password', 'complete')),
    -- How the person proved themself: the last step of the sign-in.
    method TEXT NOT NULL,
    -- When a second factor was last given.
    proved_at TIMESTAMP,
    -- The link to set up a device that this sign-in holds: one of `sign_in_links`.
    enrol_link_id TEXT,
    ip TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX agent_sessions_by_agent ON agent_sessions (agent_id);

DROP TABLE account_sessions;
CREATE TABLE account_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    token_hash TEXT NOT NULL UNIQUE,
    -- 'password': the second step is still to come. 'recovery': won by alternative factors, manages authenticators only.
    assurance TEXT NOT NULL CHECK (assurance IN ('password', 'recovery', 'complete')),
    -- The case that a session of kind 'recovery' was won with.
    case_id TEXT REFERENCES cases (id),
    method TEXT NOT NULL,
    proved_at TIMESTAMP,
    ip TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX account_sessions_by_account ON account_sessions (account_id);

-- Browsers that somebody signed in with before. A stranger who guesses passwords does not shut them out.
CREATE TABLE known_devices (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    token_hash TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, token_hash)
);
CREATE INDEX known_devices_by_account ON known_devices (account_id);

-- Wrong passwords in a row, by hashes of whom they were for and where they came from.
CREATE TABLE password_failures (
    subject TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP NOT NULL
);

-- What was asked of a browser and is still to be answered: a passkey's challenge, or an authenticator that is being
-- set up. Each is answered once, in the session that it was asked in.
CREATE TABLE ceremonies (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    session_id TEXT NOT NULL,
    -- Sealed.
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX ceremonies_by_session ON ceremonies (session_id);

-- Links by mail that are about no case.
CREATE TABLE sign_in_links (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('set_password', 'enrol')),
    token_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX sign_in_links_by_account ON sign_in_links (account_id);

-- Sign-ins that are under way at the identity provider.
CREATE TABLE sso_sign_ins (
    state_hash TEXT NOT NULL PRIMARY KEY,
    -- Sealed: the nonce, the PKCE verifier, and where to go afterwards.
    sealed TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);

-- An owner helps themself: the case that it makes, and the sign-in that it belongs to.
CREATE TABLE recoveries (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    session_id TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    -- What mails are written in until a form says it.
    language TEXT NOT NULL,
    -- What the desk is told of the last thing that did not work.
    failed TEXT,
    handed_over_at TIMESTAMP
);
CREATE INDEX recoveries_by_session ON recoveries (session_id);
CREATE INDEX recoveries_by_account ON recoveries (account_id, started_at);
-- The sign-in in which the code of an automated call is shown, where no case page shows it.
ALTER TABLE challenges ADD COLUMN account_session_id TEXT;
-- The owner has not asked for help with it: the desk's queue leaves it out.
ALTER TABLE cases ADD COLUMN with_owner BOOLEAN NOT NULL DEFAULT FALSE;

-- Mails about signing in belong to no case.
CREATE TABLE new_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('intake', 'link', 'mail', 'call', 'directory', 'alarm', 'text', 'phone', 'letter')),
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
INSERT INTO new_outbox SELECT id, kind, case_id, NULL, payload, state, attempts, next_at, created_at, done_at, last_error FROM outbox;
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;
CREATE INDEX outbox_to_do ON outbox (state, next_at);
CREATE INDEX outbox_by_case ON outbox (case_id, created_at);
CREATE INDEX outbox_by_account ON outbox (account_id, created_at) WHERE account_id IS NOT NULL;
