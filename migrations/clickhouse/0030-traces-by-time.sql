-- The rows of traces near a range of time are found without reading all: an index of their times, in parts that stay of
-- one time. Keys are random, so a part that merged all of them would hold some of every time in each of its granules.
ALTER TABLE traces {{on_cluster}}
    ADD INDEX IF NOT EXISTS by_time (start_time, end_time) TYPE minmax GRANULARITY 1,
    MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 268435456
