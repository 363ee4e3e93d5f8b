-- One row a GPU (or MIG instance) and scrape: canonical series as columns, the rest in a map. NULL: not exported.
CREATE TABLE IF NOT EXISTS gpu_samples {{on_cluster}}
(
    project LowCardinality(String),
    target LowCardinality(String) COMMENT 'id of the scrape target',
    at DateTime64(3, 'UTC'),
    gpu_id LowCardinality(String) COMMENT 'UUID plus MIG instance id, never the index',
    host LowCardinality(String),
    gpu_index LowCardinality(String),
    model LowCardinality(String),
    mig_profile LowCardinality(String),
    pod LowCardinality(String),
    namespace LowCardinality(String),
    container LowCardinality(String),
    gpu_util Nullable(Float64) COMMENT '0 to 1: share of time in which a kernel ran',
    gr_engine_active Nullable(Float64),
    sm_active Nullable(Float64),
    sm_occupancy Nullable(Float64),
    tensor_active Nullable(Float64),
    dram_active Nullable(Float64),
    mem_copy_util Nullable(Float64),
    fb_used_mib Nullable(Float64),
    fb_free_mib Nullable(Float64),
    fb_reserved_mib Nullable(Float64),
    power_watts Nullable(Float64),
    energy_mj Nullable(Float64),
    temperature_celsius Nullable(Float64),
    memory_temperature_celsius Nullable(Float64),
    sm_clock_mhz Nullable(Float64),
    memory_clock_mhz Nullable(Float64),
    pcie_tx_bytes Nullable(Float64),
    pcie_rx_bytes Nullable(Float64),
    nvlink_bytes Nullable(Float64),
    xid Nullable(UInt32) COMMENT 'the last one, sticky until reset',
    clock_event_reasons Nullable(UInt64),
    power_violation_ns Nullable(Float64),
    thermal_violation_ns Nullable(Float64),
    extra Map(LowCardinality(String), Float64),
    expires_on Date
)
ENGINE = {{engine:ReplacingMergeTree}}
PARTITION BY toYYYYMM(at)
ORDER BY (project, target, gpu_id, at)
