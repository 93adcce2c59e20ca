ALTER TABLE agents DROP COLUMN signed_in_at;
DROP TABLE api_answers;
DROP TABLE api_tokens;
