-- The version before knows no alarm of these kinds.
DELETE FROM outbox WHERE kind = 'alarm' AND EXISTS (
    SELECT 1 FROM alarms WHERE alarms.kind IN ('contact_disputed', 'phone_not_updated') AND payload LIKE '%' || alarms.id || '%');
DELETE FROM alarms WHERE kind IN ('contact_disputed', 'phone_not_updated');
-- The version before looks for a form's account itself.
UPDATE outbox SET kind = 'intake', payload = '{"kind":"intake"}' WHERE payload LIKE '{"kind":"lookup"%';
DROP TABLE enrolments;
DELETE FROM outbox WHERE payload LIKE '{"kind":"take_back"%';
-- The version before knows one authenticator of a case: the one that is still to be seen to, before one that is off.
ALTER TABLE cases ADD COLUMN authenticator_id TEXT REFERENCES authenticators (id);
ALTER TABLE cases ADD COLUMN failure TEXT;
UPDATE cases SET authenticator_id = (
    SELECT authenticator_id FROM case_authenticators WHERE case_id = cases.id
    ORDER BY CASE progress WHEN 'ordered' THEN 0 WHEN 'failed' THEN 1 WHEN 'deactivated' THEN 3 ELSE 2 END, authenticator_id
    LIMIT 1
);
UPDATE cases SET failure = (
    SELECT failure FROM case_authenticators
    WHERE case_id = cases.id AND case_authenticators.authenticator_id = cases.authenticator_id
);
DROP TABLE case_authenticators;
DROP TABLE event_numbers;
DROP INDEX outbox_by_event;
DROP INDEX outbox_by_subscriber;
ALTER TABLE outbox DROP COLUMN sequence;
ALTER TABLE outbox DROP COLUMN subscriber;
ALTER TABLE phone_changes DROP COLUMN given_up;
ALTER TABLE phone_changes DROP COLUMN failure;
ALTER TABLE phone_changes DROP COLUMN ordered_at;
DROP TABLE contact_changes;
DROP TABLE contacts;
DELETE FROM outbox WHERE kind IN ('event', 'sessions');
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
    CHECK (kind IN ('intake', 'link', 'mail', 'call', 'directory', 'alarm', 'text', 'phone', 'letter'));
DROP INDEX authenticators_by_serial;
ALTER TABLE authenticators DROP COLUMN serial;
-- The version before would take an account that lives elsewhere for one of its own, and say that it deactivated there.
UPDATE accounts SET status = 'suspended' WHERE directory <> 'local';
DROP INDEX accounts_by_login;
ALTER TABLE accounts DROP COLUMN read_at;
ALTER TABLE accounts DROP COLUMN login;
ALTER TABLE accounts DROP COLUMN directory;
