-- A merge makes parts of 256 MB at most, from which on a row is left alone: once a day had 50 parts, merges took along ever
-- larger ones, so that a row was written anew over twice in ten minutes of load. Parts of one day follow each other in time, so
-- many of them cost a reader little. Inserts are not slowed for their number, as long as they are large.
ALTER TABLE spans {{on_cluster}} MODIFY SETTING
    max_bytes_to_merge_at_max_space_in_pool = 268435456, max_avg_part_size_for_too_many_parts = 67108864
