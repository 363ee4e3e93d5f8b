-- Signed amounts by day, key and bucket: a restatement never rewrites a span.
CREATE TABLE IF NOT EXISTS cost_corrections {{on_cluster}}
(
    project LowCardinality(String),
    day Date,
    feature LowCardinality(String),
    customer LowCardinality(String),
    team LowCardinality(String),
    model LowCardinality(String),
    provider LowCardinality(String),
    prompt_version LowCardinality(String),
    environment LowCardinality(String),
    bucket LowCardinality(String),
    amount Decimal(38, 12),
    currency LowCardinality(String),
    reason String,
    restatement_id String,
    created_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(day)
ORDER BY (project, day, feature, customer)
