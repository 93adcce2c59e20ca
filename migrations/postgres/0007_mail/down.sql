DROP TABLE mailbox_readers;
DROP TABLE mail_failures;
DELETE FROM documents WHERE mail_id IS NOT NULL;
ALTER TABLE documents DROP COLUMN mail_id;
DROP TABLE inbound_mails;
