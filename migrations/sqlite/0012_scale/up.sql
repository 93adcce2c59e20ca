-- The last group that each writer committed: whoever did not hear how a commit ended can ask.
CREATE TABLE writers (
    id TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL,
    at TIMESTAMP NOT NULL
);
