-- Small inserts: the engine takes up the merged part beside them as soon as there are enough parts for a merge, and wrote
-- everything of the day anew for one insert of five rows a second. With a higher base it takes parts of one size, sixteen of
-- them at once, and the small ones at the end are no longer cut off what was chosen (that left two parts to merge).
ALTER TABLE spans {{on_cluster}} MODIFY SETTING merge_selector_base = 100, min_parts_to_merge_at_once = 16,
    merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0
