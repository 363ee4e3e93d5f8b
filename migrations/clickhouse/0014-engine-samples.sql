-- One row a serving engine and model per scrape.
CREATE TABLE IF NOT EXISTS engine_samples {{on_cluster}}
(
    project LowCardinality(String),
    target LowCardinality(String),
    at DateTime64(3, 'UTC'),
    engine LowCardinality(String) COMMENT 'vllm, sglang, triton, tensorrt_llm',
    model LowCardinality(String),
    pool LowCardinality(String),
    running Nullable(Float64),
    waiting Nullable(Float64),
    kv_usage Nullable(Float64) COMMENT '0 to 1',
    preemptions Nullable(Float64),
    prompt_tokens Nullable(Float64) COMMENT 'counters as scraped',
    prompt_tokens_computed Nullable(Float64),
    prompt_tokens_cached Nullable(Float64),
    generation_tokens Nullable(Float64),
    requests Nullable(Float64),
    process_start Nullable(Float64),
    histograms Map(LowCardinality(String), String) COMMENT 'canonical name to JSON of cumulative buckets',
    extra Map(LowCardinality(String), Float64),
    expires_on Date
)
ENGINE = {{engine:ReplacingMergeTree}}
PARTITION BY toYYYYMM(at)
ORDER BY (project, target, engine, model, at)
