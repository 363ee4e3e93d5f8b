CREATE TABLE IF NOT EXISTS scrapes {{on_cluster}}
(
    project LowCardinality(String),
    target LowCardinality(String),
    at DateTime64(3, 'UTC'),
    up UInt8,
    duration_ms Float64,
    samples UInt32,
    rejected_lines UInt32,
    first_rejected String,
    error String,
    expires_on Date
)
ENGINE = {{engine:ReplacingMergeTree}}
PARTITION BY toYYYYMM(at)
ORDER BY (project, target, at)
