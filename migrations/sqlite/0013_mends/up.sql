-- Erasures of which the database's own leftovers (words of the index, the file beside its own) are still to be rewritten.
CREATE TABLE erasures_to_finish (
    n BIGINT PRIMARY KEY NOT NULL REFERENCES erasures (n)
);
