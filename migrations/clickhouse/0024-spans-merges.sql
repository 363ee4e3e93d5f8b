-- Merges cost about as much as inserts. By columns a row costs 15 us instead of 25, also where few rows are merged; and a
-- row is written anew about twice instead of over three times when merges wait for more parts (of one day, some 20 then).
ALTER TABLE spans {{on_cluster}}
    MODIFY SETTING vertical_merge_algorithm_min_rows_to_activate = 1, merge_selector_base = 15
