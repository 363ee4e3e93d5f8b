-- What was decided for every eligible span and scorer: the holder of `sample_p`, so that coverage adds up exactly.
CREATE TABLE IF NOT EXISTS scoring_decisions {{on_cluster}}
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') COMMENT 'the span''s time',
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    scorer LowCardinality(String),
    scorer_version LowCardinality(String),
    decision LowCardinality(String) COMMENT 'selected, sampled_out, over_budget, no_content',
    outcome LowCardinality(String) COMMENT 'pending, scored, failed; empty when not selected',
    sample_p Float64,
    p_head Float64,
    u Float64 COMMENT 'the deterministic draw in [0, 1)',
    stratum LowCardinality(String),
    policy_version LowCardinality(String),
    reason LowCardinality(String),
    expires_on Date,
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6),
    version UInt64 DEFAULT toUInt64(toUnixTimestamp64Micro(ingested_at)),
    INDEX by_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_ingested ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toDate(time)
ORDER BY (project, time, trace_id, span_id, scorer, scorer_version)
SETTINGS non_replicated_deduplication_window = 1000
