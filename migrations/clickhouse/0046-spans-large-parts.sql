-- Parts of inserts of which thirty-two do not fit into a merge, and parts that are the end of one, are left alone, so that a day
-- of great load has over a thousand. Inserts are slowed and then refused for the number of parts, to let merges follow: here
-- none would come.
ALTER TABLE spans {{on_cluster}} MODIFY SETTING max_avg_part_size_for_too_many_parts = 10485760
