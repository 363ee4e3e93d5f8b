-- Thirty-two parts of inserts together: with the largest blocks that come (20,000 rows, 9.5 MB) 256 MB did not hold them, and
-- rows were written anew 3.6 times in ten minutes instead of once. Two merged parts are still too much for another merge.
ALTER TABLE spans {{on_cluster}} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 335544320
