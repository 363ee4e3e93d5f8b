-- Appended under (project, name, key, occurred_at, status); the last by occurred_at counts, history stays.
CREATE TABLE IF NOT EXISTS outcomes {{on_cluster}}
(
    project LowCardinality(String),
    name LowCardinality(String),
    outcome_key String COMMENT 'trace id or the user''s own key' CODEC(ZSTD(1)),
    trace_id String COMMENT 'empty when only a key is known' CODEC(ZSTD(1)),
    occurred_at DateTime64(6, 'UTC'),
    status LowCardinality(String) COMMENT 'success, failure, neutral',
    value Nullable(Decimal(38, 12)),
    currency LowCardinality(String),
    feature LowCardinality(String),
    customer LowCardinality(String),
    received_at DateTime64(6, 'UTC') DEFAULT now64(6),
    expires_on Date,
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6),
    version UInt64 DEFAULT toUInt64(toUnixTimestamp64Micro(ingested_at)),
    INDEX by_ingested ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (project, name, outcome_key, occurred_at, status)
