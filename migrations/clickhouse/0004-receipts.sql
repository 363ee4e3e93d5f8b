-- What an export request was answered, for requests that asked for a receipt.
CREATE TABLE IF NOT EXISTS receipts {{on_cluster}}
(
    project LowCardinality(String),
    receipt_id String,
    received_at DateTime64(6, 'UTC'),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6),
    signal LowCardinality(String),
    accepted UInt32,
    rejected UInt32,
    trace_ids Array(String),
    expires_on Date
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(received_at)
ORDER BY (project, receipt_id)
