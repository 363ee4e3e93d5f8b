import type { ClickHouse } from '@plimsoll/clickhouse';
import type { GpuSample } from '@plimsoll/gpu';
import type { ScrapeIdentity } from './scrapes.queries.js';

/** Column of `gpu_samples` by canonical series: the one place where the two names meet. */
const gpuColumns = {
  gpuUtil: 'gpu_util',
  grEngineActive: 'gr_engine_active',
  smActive: 'sm_active',
  smOccupancy: 'sm_occupancy',
  tensorActive: 'tensor_active',
  dramActive: 'dram_active',
  memCopyUtil: 'mem_copy_util',
  fbUsedMib: 'fb_used_mib',
  fbFreeMib: 'fb_free_mib',
  fbReservedMib: 'fb_reserved_mib',
  powerWatts: 'power_watts',
  energyMj: 'energy_mj',
  temperatureCelsius: 'temperature_celsius',
  memoryTemperatureCelsius: 'memory_temperature_celsius',
  smClockMhz: 'sm_clock_mhz',
  memoryClockMhz: 'memory_clock_mhz',
  pcieTxBytes: 'pcie_tx_bytes',
  pcieRxBytes: 'pcie_rx_bytes',
  nvlinkBytes: 'nvlink_bytes',
  xid: 'xid',
  clockEventReasons: 'clock_event_reasons',
  powerViolationNs: 'power_violation_ns',
  thermalViolationNs: 'thermal_violation_ns',
} as const satisfies Partial<Record<keyof GpuSample, string>>;
type Series = keyof typeof gpuColumns;
const series = Object.keys(gpuColumns) as Series[];

const XID_COUNT = 'xid_count:';
const CLOCK_EVENT = 'clock_event:';

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

function unprefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

export async function insertGpuSamples(
  clickhouse: ClickHouse,
  scrape: ScrapeIdentity,
  samples: readonly GpuSample[],
): Promise<void> {
  await clickhouse.insert(
    'gpu_samples',
    samples.map((sample) => ({
      project: scrape.project,
      target: scrape.target,
      at: scrape.at.toISOString(),
      gpu_id: sample.id,
      host: sample.host,
      gpu_index: sample.index,
      model: sample.model,
      mig_profile: sample.migProfile ?? '',
      pod: sample.pod ?? '',
      namespace: sample.namespace ?? '',
      container: sample.container ?? '',
      ...Object.fromEntries(series.map((name) => [gpuColumns[name], sample[name]])),
      extra: {
        ...sample.extra,
        ...prefixed(XID_COUNT, sample.xidCounts),
        ...prefixed(CLOCK_EVENT, sample.clockEventShares),
      },
      expires_on: scrape.expiresOn,
    })),
  );
}
export interface StoredGpuSample extends GpuSample {
  target: string;
  atMs: number;
}

interface GpuRow extends Record<string, unknown> {
  target: string;
  at_ms: number;
  gpu_id: string;
  host: string;
  gpu_index: string;
  model: string;
  mig_profile: string;
  pod: string;
  namespace: string;
  container: string;
  extra: Record<string, number>;
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

function gpuSampleOf(row: GpuRow): StoredGpuSample {
  const readings = Object.fromEntries(series.map((name) => [name, row[gpuColumns[name]]])) as Pick<GpuSample, Series>;
  return {
    target: row.target,
    atMs: row.at_ms,
    id: row.gpu_id,
    host: row.host,
    index: row.gpu_index,
    model: row.model,
    migProfile: orNull(row.mig_profile),
    pod: orNull(row.pod),
    namespace: orNull(row.namespace),
    container: orNull(row.container),
    ...readings,
    xidCounts: unprefixed(XID_COUNT, row.extra),
    clockEventShares: unprefixed(CLOCK_EVENT, row.extra),
    extra: row.extra,
  };
}

const gpuSelect = `target, toUnixTimestamp64Milli(at) AS at_ms, gpu_id, host, gpu_index, model, mig_profile, pod, namespace,
  container, ${series.map((name) => gpuColumns[name]).join(', ')}, extra`;

/** Samples of a time range, oldest first. */
export async function gpuSamples(
  clickhouse: ClickHouse,
  project: string,
  from: Date,
  to: Date,
  gpuId?: string,
): Promise<StoredGpuSample[]> {
  const rows = await clickhouse.query<GpuRow>(
    `SELECT ${gpuSelect} FROM gpu_samples FINAL
     WHERE project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
       ${gpuId === undefined ? '' : 'AND gpu_id = {gpuId:String}'}
     ORDER BY at, gpu_id`,
    { project, from, to, gpuId },
  );
  return rows.map(gpuSampleOf);
}

/** When each device was last seen, of those seen since a time. */
export async function lastSeen(
  clickhouse: ClickHouse,
  project: string,
  since: Date,
): Promise<{ gpu_id: string; last: string }[]> {
  return clickhouse.query<{ gpu_id: string; last: string }>(
    `SELECT gpu_id, max(at) AS last FROM gpu_samples
     WHERE project = {project:String} AND at >= {since:DateTime64(3)} GROUP BY gpu_id`,
    { project, since },
  );
}

/** The newest sample of these devices, or of all, since a time. */
export async function latestGpuSamples(
  clickhouse: ClickHouse,
  condition: { project: string; since: Date; target?: string; gpuIds?: readonly string[] },
): Promise<StoredGpuSample[]> {
  const { target, gpuIds } = condition;
  const rows = await clickhouse.query<GpuRow>(
    `SELECT ${gpuSelect} FROM gpu_samples
     WHERE project = {project:String} AND at >= {since:DateTime64(3)}
       ${target === undefined ? '' : 'AND target = {target:String}'}
       ${gpuIds === undefined ? '' : 'AND gpu_id IN {gpuIds:Array(String)}'}
     ORDER BY at DESC LIMIT 1 BY gpu_id`,
    { ...condition },
  );
  return rows.map(gpuSampleOf);
}
/** Means of one device by time bucket; the XID is the last of the bucket. */
export async function gpuSeriesPoints(
  clickhouse: ClickHouse,
  range: { project: string; gpuId: string; from: Date; to: Date; bucketSeconds: number },
): Promise<({ t: number } & Pick<GpuSample, Series>)[]> {
  const means = series.map((name) => {
    const column = gpuColumns[name];
    return name === 'xid' ? `argMax(xid, at) AS mean_xid` : `avg(${column}) AS mean_${column}`;
  });
  const rows = await clickhouse.query<Record<string, number | null>>(
    `SELECT toUInt32(intDiv(toUnixTimestamp(at), {bucketSeconds:UInt32}) * {bucketSeconds:UInt32}) AS t, ${means.join(', ')}
     FROM gpu_samples FINAL
     WHERE project = {project:String} AND gpu_id = {gpuId:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
     GROUP BY t ORDER BY t`,
    { ...range },
  );
  return rows.map((row) => ({
    t: row['t'] ?? 0,
    ...(Object.fromEntries(series.map((name) => [name, row[`mean_${gpuColumns[name]}`] ?? null])) as Pick<
      GpuSample,
      Series
    >),
  }));
}
