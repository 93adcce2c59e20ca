DELETE FROM outbox WHERE payload LIKE '{"kind":"deadline"%';
DELETE FROM outbox WHERE kind = 'alarm' AND EXISTS (
    SELECT 1 FROM alarms WHERE alarms.kind IN ('reply_missed', 'step_missed') AND payload LIKE '%' || alarms.id || '%');
DELETE FROM alarms WHERE kind IN ('reply_missed', 'step_missed');
DROP TABLE saved_views;
DROP TABLE case_tags;
DROP TABLE tags;
DROP INDEX audit_entries_by_action;
DROP TABLE case_clocks;
DROP TABLE queue_to_do;
DROP TABLE case_terms;
DROP TABLE case_words;
DROP TABLE queue_rows;
CREATE INDEX cases_by_holder ON cases (holder_id, submitted_at, id);
