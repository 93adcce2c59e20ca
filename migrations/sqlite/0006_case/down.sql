DROP TABLE case_drafts;
DROP TABLE case_presence;
DROP TABLE canned_texts;
DROP TABLE canned_replies;
DROP TABLE case_merges;
