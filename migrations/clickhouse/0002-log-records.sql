-- OTLP log records that belong to a span; joined to it when it is read, in either order of arrival.
CREATE TABLE IF NOT EXISTS log_records {{on_cluster}}
(
    project LowCardinality(String),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    record_id FixedString(32) COMMENT 'hash of trace, span, time, name and body: a re-sent record falls on itself',
    ordinal UInt32 COMMENT 'position in its request: orders records of one time',
    name LowCardinality(String) COMMENT 'event name',
    severity LowCardinality(String),
    scope_name LowCardinality(String),
    service LowCardinality(String),
    body String COMMENT 'JSON of the body' CODEC(ZSTD(1)),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    expires_on Date,
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6),
    version UInt64 DEFAULT toUInt64(toUnixTimestamp64Micro(ingested_at)),
    INDEX by_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_ingested ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toDate(time)
ORDER BY (project, time, trace_id, span_id, record_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1
