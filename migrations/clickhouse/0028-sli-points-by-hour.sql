-- The one currency of all SLI kinds: additive sums of one objective revision, group, stratum and minute. An hour of all
-- objectives lies together: a step of thousands of them reads the last hours and the edges of its windows, not all history.
CREATE TABLE IF NOT EXISTS sli_points {{on_cluster}}
(
    project LowCardinality(String),
    objective LowCardinality(String) COMMENT 'id of the objective revision',
    group_key String COMMENT 'values of group-by as JSON; empty: the whole',
    stratum LowCardinality(String),
    minute DateTime('UTC'),
    population UInt64 COMMENT 'events that could have been chosen',
    eligible UInt64 COMMENT 'events that count; for sampled kinds the scored ones',
    bad UInt64 COMMENT 'raw count of bad events',
    sum_w Float64 COMMENT 'sums of weights w = 1 / sample_p and badness x',
    sum_wx Float64,
    sum_w2 Float64,
    sum_w2x Float64,
    sum_w2x2 Float64,
    cost Decimal(38, 12),
    outcomes UInt64,
    selected UInt64 COMMENT 'chosen for scoring',
    settled UInt64 COMMENT 'scored, failed or over budget',
    excluded UInt64 COMMENT 'client-cancelled and the like',
    expires_on Date,
    version UInt64
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(minute)
ORDER BY (project, toStartOfHour(minute), objective, group_key, minute, stratum)
