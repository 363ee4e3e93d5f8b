CREATE TABLE IF NOT EXISTS hour_rollup {{on_cluster}}
(
    project LowCardinality(String),
    hour DateTime('UTC'),
    feature LowCardinality(String),
    customer LowCardinality(String),
    team LowCardinality(String),
    environment LowCardinality(String),
    provider LowCardinality(String),
    model LowCardinality(String) COMMENT 'response model, else request model',
    prompt_name LowCardinality(String),
    prompt_version LowCardinality(String),
    calls UInt64,
    errors UInt64,
    tokens_input UInt64 COMMENT 'disjoint buckets from here',
    tokens_cache_read UInt64,
    tokens_cache_write_5m UInt64,
    tokens_cache_write_1h UInt64,
    tokens_output UInt64,
    tokens_reasoning UInt64,
    tokens_audio_in UInt64,
    tokens_audio_out UInt64,
    tokens_image_in UInt64,
    tokens_image_out UInt64,
    cost Decimal(38, 12),
    cost_currency LowCardinality(String),
    unpriced_calls UInt64,
    unpriced_tokens UInt64,
    price_fallbacks UInt64,
    usage_conflicts UInt64,
    latency_buckets Map(UInt16, UInt64),
    ttft_buckets Map(UInt16, UInt64),
    expires_on Date,
    version UInt64
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(hour)
ORDER BY (project, hour, feature, customer, team, environment, provider, model, prompt_name, prompt_version, cost_currency)
