-- Why something was refused, with counts.
CREATE TABLE IF NOT EXISTS rejections {{on_cluster}}
(
    project LowCardinality(String) COMMENT 'empty when the key was not known',
    at DateTime64(6, 'UTC') DEFAULT now64(6),
    signal LowCardinality(String) COMMENT 'traces, logs, metrics, request',
    reason LowCardinality(String),
    detail String,
    count UInt32,
    key_prefix LowCardinality(String),
    user_agent LowCardinality(String)
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(at)
ORDER BY (project, at)
