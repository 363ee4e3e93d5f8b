-- Figures of one project and minute of finished spans, recomputed and versioned, never incremented.
CREATE TABLE IF NOT EXISTS minute_rollup {{on_cluster}}
(
    project LowCardinality(String),
    minute DateTime('UTC'),
    spans UInt64,
    calls UInt64,
    errors UInt64 COMMENT 'calls with status error',
    tokens_input UInt64 COMMENT 'inclusive sums',
    tokens_output UInt64,
    tokens_cache_read UInt64,
    tokens_reasoning UInt64,
    cost Decimal(38, 12),
    unpriced_calls UInt64,
    unpriced_tokens UInt64,
    usage_conflicts UInt64,
    latency_buckets Map(UInt16, UInt64) COMMENT 'calls by logarithmic bucket of duration',
    ttft_buckets Map(UInt16, UInt64),
    checksum UInt64 COMMENT 'order-free hash of the spans: the audit compares it with the raw rows',
    expires_on Date,
    version UInt64 COMMENT 'microseconds: start of the statement'
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(minute)
ORDER BY (project, minute)
