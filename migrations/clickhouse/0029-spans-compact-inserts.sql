-- A part of an insert is one file for all columns: a file a column is some 320 to be made durable, which took two thirds
-- of an insert's CPU and seconds of waiting for the disk. Merges still go by columns.
ALTER TABLE spans {{on_cluster}} MODIFY SETTING min_level_for_wide_part = 1
