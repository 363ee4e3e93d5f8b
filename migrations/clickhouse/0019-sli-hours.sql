-- The same sums by the hour, so that a 30-day window stays cheap for thousands of objectives.
CREATE TABLE IF NOT EXISTS sli_hours {{on_cluster}}
(
    project LowCardinality(String),
    objective LowCardinality(String),
    group_key String,
    stratum LowCardinality(String),
    hour DateTime('UTC'),
    population UInt64,
    eligible UInt64,
    bad UInt64,
    sum_w Float64,
    sum_wx Float64,
    sum_w2 Float64,
    sum_w2x Float64,
    sum_w2x2 Float64,
    cost Decimal(38, 12),
    outcomes UInt64,
    selected UInt64,
    settled UInt64,
    excluded UInt64,
    expires_on Date,
    version UInt64
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(hour)
ORDER BY (project, objective, group_key, hour, stratum)
