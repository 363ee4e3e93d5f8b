-- Change events: what somebody declared, and versions first seen in the spans themselves.
CREATE TABLE IF NOT EXISTS changes {{on_cluster}}
(
    project LowCardinality(String),
    at DateTime64(6, 'UTC') COMMENT 'when the change took effect',
    change_id String,
    kind LowCardinality(String) COMMENT 'prompt, model, route, params, retrieval, tool, release, scorer, sampling, price, gpu, flag, other',
    feature LowCardinality(String) COMMENT 'empty: everywhere',
    attribute LowCardinality(String) COMMENT 'the span dimension it shows in, e.g. prompt_version',
    from_value String,
    to_value String,
    title String,
    link String,
    actor String,
    source LowCardinality(String) COMMENT 'declared or first_seen',
    expires_on Date,
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6),
    version UInt64 DEFAULT toUInt64(toUnixTimestamp64Micro(ingested_at))
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(at)
ORDER BY (project, at, change_id)
