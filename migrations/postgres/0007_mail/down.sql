DROP TABLE mailbox_readers;
DROP TABLE mail_failures;
DELETE FROM documents WHERE mail_id IS NOT NULL;
ALTER TABLE documents DROP COLUMN mail_id;
-- To the version before, every message is the customer's: one from another address must not become theirs.
DELETE FROM case_entries WHERE id IN (SELECT entry_id FROM inbound_mails WHERE entry_id IS NOT NULL AND sender <> 'record');
DROP TABLE inbound_mails;
