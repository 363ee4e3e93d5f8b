-- A row is written anew once for every power of 32 parts, whatever their sizes.
ALTER TABLE spans {{on_cluster}} MODIFY SETTING min_parts_to_merge_at_once = 32
