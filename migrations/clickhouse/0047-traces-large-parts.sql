-- As with spans: parts of 64 MB are left alone here, and a thousand of them shall not slow a pass.
ALTER TABLE traces {{on_cluster}} MODIFY SETTING max_avg_part_size_for_too_many_parts = 10485760
