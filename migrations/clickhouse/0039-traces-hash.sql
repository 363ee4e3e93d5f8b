-- To find out which of many traces have a row already takes a look at every row there is: 8 bytes of it, not 32.
ALTER TABLE traces {{on_cluster}}
    ADD COLUMN IF NOT EXISTS trace_hash UInt64 MATERIALIZED cityHash64(trace_id) CODEC(NONE)
