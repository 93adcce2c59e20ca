DROP TRIGGER case_origins_no_delete;
DROP TRIGGER case_entries_no_delete;
DROP TRIGGER case_entries_no_update;
CREATE TRIGGER case_entries_no_update BEFORE UPDATE ON case_entries
BEGIN SELECT RAISE(ABORT, 'what was written is immutable'); END;
DROP TRIGGER evidence_notes_no_delete;
DROP TRIGGER evidence_subject_no_update;
DROP TRIGGER evidence_no_update;
CREATE TRIGGER evidence_no_update
BEFORE UPDATE OF id, case_id, kind, outcome, at, valid_until, agent_id, subject ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
DROP TRIGGER case_forms_no_delete;
DROP TRIGGER case_forms_no_update;
CREATE TRIGGER case_forms_no_update BEFORE UPDATE ON case_forms
BEGIN SELECT RAISE(ABORT, 'a submitted form is immutable'); END;
DROP TRIGGER case_erasures_of_ended;
DROP TRIGGER case_erasures_no_delete;
DROP TRIGGER case_erasures_no_update;
DROP TRIGGER erasures_no_delete;
DROP TRIGGER erasures_no_update;
DROP TABLE case_erasures;
DROP TABLE erasures;
DROP TABLE legal_holds;
DROP TABLE cases_to_erase;
