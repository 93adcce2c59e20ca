DROP TABLE erasures_to_finish;
