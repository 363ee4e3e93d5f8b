-- What masking took out before anything was stored, counted by detector; never what was found.
CREATE TABLE IF NOT EXISTS masking_counts {{on_cluster}}
(
    project LowCardinality(String),
    day Date,
    detector LowCardinality(String) COMMENT 'id of a detector or rule; dropped: by policy; failed: could not be checked',
    count SimpleAggregateFunction(sum, UInt64),
    expires_on SimpleAggregateFunction(max, Date)
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(day)
ORDER BY (project, day, detector)
