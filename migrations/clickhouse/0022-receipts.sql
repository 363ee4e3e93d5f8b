-- What became of an export whose sender asked for a receipt; written after everything it holds is stored.
CREATE TABLE IF NOT EXISTS receipts {{on_cluster}}
(
    project LowCardinality(String),
    receipt_id String COMMENT 'chosen by the sender; the same id again replaces what is here',
    signal LowCardinality(String) COMMENT 'traces, logs, metrics',
    accepted UInt32,
    rejected Map(LowCardinality(String), UInt32) COMMENT 'reason -> count',
    trace_ids Array(String) COMMENT 'at most the first 100' CODEC(ZSTD(1)),
    received_at DateTime64(6, 'UTC'),
    stored_at DateTime64(6, 'UTC'),
    expires_on Date
)
ENGINE = {{engine:ReplacingMergeTree(stored_at)}}
PARTITION BY toYYYYMM(stored_at)
ORDER BY (project, receipt_id)
