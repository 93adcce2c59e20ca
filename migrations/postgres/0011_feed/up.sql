-- How far the audit log was forwarded to each system, and which instance does it.
CREATE TABLE feeds (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until TIMESTAMP NOT NULL,
    -- The last entry that was taken; 0 where none was.
    seq BIGINT NOT NULL,
    -- The last entry of the batch that is being sent: what is sent again is the same batch. 0 where none is.
    batch BIGINT NOT NULL,
    taken_at TIMESTAMP,
    failures INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    trouble TEXT,
    trouble_since TIMESTAMP
);
