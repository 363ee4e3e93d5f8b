-- Attribute keys that no dialect knows, counted by client.
CREATE TABLE IF NOT EXISTS unmapped_attributes {{on_cluster}}
(
    project LowCardinality(String),
    day Date,
    scope_name LowCardinality(String),
    key String,
    count SimpleAggregateFunction(sum, UInt64),
    expires_on SimpleAggregateFunction(max, Date)
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(day)
ORDER BY (project, day, scope_name, key)
