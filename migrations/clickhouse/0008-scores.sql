-- One row a score of a span or a session. `time` is the span's own, so that a score dirties the minute it judges.
CREATE TABLE IF NOT EXISTS scores {{on_cluster}}
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') COMMENT 'the time of the subject',
    trace_id String CODEC(ZSTD(1)),
    span_id String COMMENT 'empty: the score is of the session or the trace' CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    scorer LowCardinality(String),
    scorer_version LowCardinality(String),
    score_id String COMMENT 'empty for rule and judge scores: one a subject, scorer and version; else the id of the human or user score' CODEC(ZSTD(1)),
    value Nullable(Float64) COMMENT '1 pass, 0 fail, or a number in the scorer''s range; NULL: a label alone or a failure',
    label LowCardinality(String),
    passed Nullable(UInt8),
    reason String CODEC(ZSTD(1)),
    source LowCardinality(String) COMMENT 'rule, judge, human, user',
    sample_p Float64 COMMENT 'probability with which the subject was chosen, head sampling included',
    stratum LowCardinality(String),
    policy_version LowCardinality(String),
    judge_fingerprint LowCardinality(String),
    cost Nullable(Decimal(38, 12)) COMMENT 'of the judge call',
    duration_ms Float64,
    expires_on Date,
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6),
    version UInt64 DEFAULT toUInt64(toUnixTimestamp64Micro(ingested_at)),
    INDEX by_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_ingested ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(time)
ORDER BY (project, time, trace_id, span_id, scorer, scorer_version, score_id)
SETTINGS non_replicated_deduplication_window = 1000
