-- Hour grain of sli_points: the same sums, rebuilt from its minutes whenever one of them was written. Windows of days and
-- weeks read whole hours from here and only the minutes at their two ends from sli_points.
CREATE TABLE IF NOT EXISTS sli_hours {{on_cluster}}
(
    project LowCardinality(String),
    hour DateTime('UTC'),
    objective LowCardinality(String) COMMENT 'id of the objective revision',
    group_key String COMMENT 'values of group-by as JSON; empty: the whole',
    stratum LowCardinality(String),
    population UInt64 COMMENT 'sums as in sli_points from here',
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
ORDER BY (project, hour, objective, group_key, stratum)
