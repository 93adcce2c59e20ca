DROP TRIGGER case_origins_no_delete ON case_origins;
DROP TRIGGER evidence_notes_no_delete ON evidence_notes;
DROP TRIGGER case_entries_no_delete ON case_entries;
DROP TRIGGER case_entries_no_update ON case_entries;
CREATE TRIGGER case_entries_no_update BEFORE UPDATE ON case_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER evidence_subject_no_update ON evidence;
DROP TRIGGER evidence_no_update ON evidence;
CREATE TRIGGER evidence_no_update
    BEFORE UPDATE OF id, case_id, kind, outcome, at, valid_until, agent_id, subject ON evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER case_forms_no_delete ON case_forms;
DROP TRIGGER case_forms_no_update ON case_forms;
CREATE TRIGGER case_forms_no_update BEFORE UPDATE ON case_forms FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TABLE case_erasures;
DROP TABLE erasures;
DROP TABLE legal_holds;
DROP TABLE cases_to_erase;
DROP FUNCTION removed_only_erased();
DROP FUNCTION entry_only_erased();
DROP FUNCTION subject_only_erased();
DROP FUNCTION form_only_erased();
DROP FUNCTION erased_only_when_over();
