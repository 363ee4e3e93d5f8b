-- The raw user signal; the score made from it is a row of `scores` with source user.
CREATE TABLE IF NOT EXISTS feedback {{on_cluster}}
(
    project LowCardinality(String),
    feedback_id String,
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    kind LowCardinality(String) COMMENT 'thumbs, rating, correction, copied, regenerated, abandoned, comment',
    value Nullable(Float64),
    comment String CODEC(ZSTD(1)),
    user_id String,
    at DateTime64(6, 'UTC'),
    expires_on Date,
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6),
    version UInt64 DEFAULT toUInt64(toUnixTimestamp64Micro(ingested_at))
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(at)
ORDER BY (project, at, feedback_id)
