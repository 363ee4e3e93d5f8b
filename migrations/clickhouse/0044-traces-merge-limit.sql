-- The rows of a pass are written anew once, into parts of 64 MB at most. With merges of 256 MB, a pass in a store of some
-- millions of traces now and then had all of them written anew.
ALTER TABLE traces {{on_cluster}} MODIFY SETTING
    max_bytes_to_merge_at_max_space_in_pool = 67108864, merge_selector_base = 15, min_parts_to_merge_at_once = 8
