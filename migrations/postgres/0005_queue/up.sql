-- What the queue is sorted and filtered by: a row for each case, numbered in the order in which they came.
CREATE TABLE queue_rows (
    n BIGSERIAL PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
    -- Whose turn it is, from the state; 'owner' while the desk has nothing to do with it, 'ended' when it is over.
    stage TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    holder_id TEXT REFERENCES agents (id),
    tier TEXT,
    language TEXT,
    submitted_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    -- Where the desk owes nothing, about seven thousand years after it came in: every case has its place in the order.
    due_by TIMESTAMP NOT NULL
);
CREATE INDEX queue_open_by_due ON queue_rows (due_by, n) WHERE is_open;
CREATE INDEX queue_open_by_submission ON queue_rows (submitted_at, n) WHERE is_open;
CREATE INDEX queue_open_by_change ON queue_rows (changed_at, n) WHERE is_open;
CREATE INDEX queue_held_by_due ON queue_rows (holder_id, due_by, n) WHERE is_open;
CREATE INDEX queue_held_by_submission ON queue_rows (holder_id, submitted_at, n) WHERE is_open;
CREATE INDEX queue_held_by_change ON queue_rows (holder_id, changed_at, n) WHERE is_open;
CREATE INDEX queue_stage_by_due ON queue_rows (stage, due_by, n);
CREATE INDEX queue_stage_by_submission ON queue_rows (stage, submitted_at, n);
CREATE INDEX queue_stage_by_change ON queue_rows (stage, changed_at, n);
DROP INDEX cases_by_holder;
INSERT INTO queue_rows (case_id, stage, is_open, state, holder_id, tier, language, submitted_at, changed_at, due_by)
    SELECT cases.id,
        CASE
            WHEN with_owner THEN 'owner'
            WHEN state IN ('submitted', 'verifying') THEN 'customer'
            WHEN state = 'awaiting_approval' THEN 'approval'
            WHEN state IN ('deactivating', 'deactivated') THEN 'carrying_out'
            WHEN state IN ('closed', 'rejected', 'withdrawn', 'expired') THEN 'ended'
            ELSE state
        END,
        NOT with_owner AND state NOT IN ('closed', 'rejected', 'withdrawn', 'expired'),
        state, holder_id, tier, COALESCE(case_forms.language, recoveries.language), submitted_at, changed_at,
        COALESCE(answer_by, submitted_at + INTERVAL '2566000 days')
    FROM cases
    LEFT JOIN case_forms ON case_forms.case_id = cases.id
    LEFT JOIN recoveries ON recoveries.case_id = cases.id
    ORDER BY cases.id;

-- The words that a case is found by, as the program splits and folds them: a row has the number of its case.
CREATE TABLE case_words (n BIGINT NOT NULL PRIMARY KEY REFERENCES queue_rows (n), words TSVECTOR NOT NULL);
CREATE INDEX case_words_by_word ON case_words USING gin (words);

-- Cases from before, whose words the program has still to take up, which it does at its next start.
CREATE TABLE queue_to_do (case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id));
INSERT INTO queue_to_do SELECT id FROM cases;

-- What the desk owes a case, and until when.
CREATE TABLE case_clocks (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    queue TEXT NOT NULL,
    -- Since when the customer waits for an answer to what they wrote or sent.
    owed_since TIMESTAMP,
    reply_state TEXT NOT NULL CHECK (reply_state IN ('waiting', 'running', 'given', 'over')),
    -- Seconds of the desk's hours that are used up.
    reply_spent BIGINT NOT NULL,
    reply_since TIMESTAMP,
    reply_due TIMESTAMP,
    reply_warn TIMESTAMP,
    reply_told TEXT NOT NULL CHECK (reply_told IN ('nothing', 'near', 'missed')),
    replied_at TIMESTAMP,
    step TEXT,
    -- Since when it is the desk's turn; the clock since then, or since the case came to another queue.
    step_turn TIMESTAMP,
    step_spent BIGINT NOT NULL DEFAULT 0,
    step_since TIMESTAMP,
    step_due TIMESTAMP,
    step_warn TIMESTAMP,
    step_told TEXT NOT NULL CHECK (step_told IN ('nothing', 'near', 'missed')),
    -- The next moment at which somebody is to be told of a clock.
    alarm_at TIMESTAMP,
    CHECK ((reply_state = 'running') = (reply_since IS NOT NULL)),
    CHECK ((step IS NULL) = (step_since IS NULL)),
    CHECK ((step IS NULL) = (step_turn IS NULL))
);
CREATE INDEX case_clocks_by_alarm ON case_clocks (alarm_at) WHERE alarm_at IS NOT NULL;
-- Nobody is alarmed of what was overdue before there were alarms.
INSERT INTO case_clocks (case_id, queue, reply_state, reply_spent, reply_since, reply_due, reply_warn, reply_told, step_told)
    SELECT id, '', 'running', 0, submitted_at, answer_by, answer_by, 'missed', 'nothing'
    FROM cases WHERE answer_by IS NOT NULL AND NOT with_owner AND state NOT IN ('closed', 'rejected', 'withdrawn', 'expired');

-- What the reports count in the log.
CREATE INDEX audit_entries_by_action ON audit_entries (action, at);

CREATE TABLE tags (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    created_by TEXT NOT NULL REFERENCES agents (id),
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE case_tags (
    case_id TEXT NOT NULL REFERENCES cases (id),
    tag_id TEXT NOT NULL REFERENCES tags (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (case_id, tag_id)
);
CREATE INDEX case_tags_by_tag ON case_tags (tag_id, case_id);

-- Views of the queue that people keep: what the address of the page says.
CREATE TABLE saved_views (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES agents (id),
    shared BOOLEAN NOT NULL,
    asked TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX saved_views_by_owner ON saved_views (owner_id, name);
CREATE INDEX saved_views_shared ON saved_views (name) WHERE shared;
