-- Values of each dimension with the first time seen: facets, first-seen versions, caps.
CREATE TABLE IF NOT EXISTS dimension_values {{on_cluster}}
(
    project LowCardinality(String),
    dimension LowCardinality(String) COMMENT 'feature, customer, team, environment, release, provider, request_model, response_model, prompt, ...',
    scope String COMMENT 'what the value is seen within, e.g. the feature of a prompt version; else empty',
    value String,
    first_seen SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    last_seen SimpleAggregateFunction(max, DateTime64(9, 'UTC')),
    first_ingested SimpleAggregateFunction(min, DateTime64(6, 'UTC'))
)
ENGINE = {{engine:AggregatingMergeTree}}
ORDER BY (project, dimension, scope, value)
