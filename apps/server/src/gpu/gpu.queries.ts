import type { ClickHouse } from '@plimsoll/clickhouse';
import type { EngineSample, GpuSample } from '@plimsoll/gpu';
import { type CostPart, type CostParts, partParams, partSql } from '../cost/cost-parts.js';

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

const engineColumns = {
  running: 'running',
  waiting: 'waiting',
  kvUsage: 'kv_usage',
  preemptions: 'preemptions',
  promptTokens: 'prompt_tokens',
  promptTokensComputed: 'prompt_tokens_computed',
  promptTokensCached: 'prompt_tokens_cached',
  generationTokens: 'generation_tokens',
  requests: 'requests',
  processStart: 'process_start',
} as const satisfies Partial<Record<keyof EngineSample, string>>;
type EngineSeries = keyof typeof engineColumns;
const engineSeries = Object.keys(engineColumns) as EngineSeries[];

export interface ScrapeIdentity {
  project: string;
  target: string;
  at: Date;
  expiresOn: string;
}

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

export async function insertEngineSamples(
  clickhouse: ClickHouse,
  scrape: ScrapeIdentity & { pool: string | null },
  samples: readonly EngineSample[],
): Promise<void> {
  await clickhouse.insert(
    'engine_samples',
    samples.map((sample) => ({
      project: scrape.project,
      target: scrape.target,
      at: scrape.at.toISOString(),
      engine: sample.engine,
      model: sample.model,
      pool: scrape.pool ?? sample.model,
      ...Object.fromEntries(engineSeries.map((name) => [engineColumns[name], sample[name]])),
      // JSON has no infinity: the last bound is written as text.
      histograms: Object.fromEntries(
        Object.entries(sample.histograms).map(([name, buckets]) => [
          name,
          JSON.stringify(buckets.map(({ le, count }) => [le === Infinity ? '+Inf' : le, count])),
        ]),
      ),
      extra: {},
      expires_on: scrape.expiresOn,
    })),
  );
}

export interface ScrapeFact {
  up: boolean;
  durationMs: number;
  samples: number;
  rejectedLines: number;
  firstRejected: string;
  error: string;
}

export async function insertScrape(clickhouse: ClickHouse, scrape: ScrapeIdentity, fact: ScrapeFact): Promise<void> {
  await clickhouse.insert('scrapes', [
    {
      project: scrape.project,
      target: scrape.target,
      at: scrape.at.toISOString(),
      up: fact.up ? 1 : 0,
      duration_ms: fact.durationMs,
      samples: fact.samples,
      rejected_lines: fact.rejectedLines,
      first_rejected: fact.firstRejected,
      error: fact.error,
      expires_on: scrape.expiresOn,
    },
  ]);
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

export interface StoredEngineSample extends EngineSample {
  target: string;
  pool: string;
  atMs: number;
}

interface EngineRow extends Record<string, unknown> {
  target: string;
  pool: string;
  at_ms: number;
  engine: string;
  model: string;
}

/** Engine samples of a time range, oldest first, without their histograms. */
export async function engineSamples(
  clickhouse: ClickHouse,
  project: string,
  from: Date,
  to: Date,
): Promise<StoredEngineSample[]> {
  const rows = await clickhouse.query<EngineRow>(
    `SELECT target, pool, toUnixTimestamp64Milli(at) AS at_ms, engine, model, ${engineSeries.map((name) => engineColumns[name]).join(', ')}
     FROM engine_samples FINAL
     WHERE project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} ORDER BY at`,
    { project, from, to },
  );
  return rows.map((row) => ({
    target: row.target,
    pool: row.pool,
    atMs: row.at_ms,
    engine: row.engine,
    model: row.model,
    ...(Object.fromEntries(engineSeries.map((name) => [name, row[engineColumns[name]]])) as Pick<
      EngineSample,
      EngineSeries
    >),
    histograms: {},
  }));
}

export interface LastScrape {
  target: string;
  at: string;
  up: number;
  samples: number;
  rejected_lines: number;
  error: string;
}

export async function lastScrapes(clickhouse: ClickHouse, project: string, since: Date): Promise<LastScrape[]> {
  return clickhouse.query<LastScrape>(
    `SELECT target, at, up, samples, rejected_lines, error FROM scrapes FINAL
     WHERE project = {project:String} AND at >= {since:DateTime64(3)} ORDER BY at DESC LIMIT 1 BY target`,
    { project, since },
  );
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

export interface GpuEvent {
  at: string;
  kind: string;
  title: string;
}

export interface GpuChangeRow {
  project: string;
  at: string;
  change_id: string;
  gpuId: string;
  /** `XID 48`. */
  event: string;
  title: string;
  expires_on: string;
}

/**
 * A device's events are changes of kind gpu, so that incident timelines read the same rows. They name the device in
 * `from_value` and no span dimension: no span carries a device.
 */
export async function insertGpuChanges(clickhouse: ClickHouse, rows: readonly GpuChangeRow[]): Promise<void> {
  await clickhouse.insert(
    'changes',
    rows.map(({ gpuId, event, ...row }) => ({
      ...row,
      kind: 'gpu',
      feature: '',
      attribute: '',
      from_value: gpuId,
      to_value: event,
      link: '',
      actor: 'dcgm-exporter',
      source: 'first_seen',
    })),
  );
}

export async function gpuEvents(
  clickhouse: ClickHouse,
  project: string,
  gpuId: string,
  from: Date,
  to: Date,
): Promise<GpuEvent[]> {
  const rows = await clickhouse.query<Omit<GpuEvent, 'kind'>>(
    `SELECT at, title FROM changes FINAL
     WHERE project = {project:String} AND kind = 'gpu' AND from_value = {gpuId:String}
       AND at >= {from:DateTime64(6)} AND at < {to:DateTime64(6)} ORDER BY at`,
    { project, gpuId, from, to },
  );
  return rows.map((row) => ({ ...row, kind: 'xid' }));
}

/** Minutes in which a device was seen and in which it worked, by hour and day of the zone. */
export interface GpuHourRow {
  hour: string;
  day: string;
  part: CostPart;
  gpu_id: string;
  model: string;
  mig_profile: string;
  pod: string;
  minutes: number;
  active_minutes: number;
}

export async function gpuHours(
  clickhouse: ClickHouse,
  range: { project: string; from: Date; to: Date; zone: string },
  parts: CostParts,
): Promise<GpuHourRow[]> {
  return clickhouse.query<GpuHourRow>(
    `SELECT toStartOfHour(minute) AS hour, toString(toDate(toTimeZone(minute, {zone:String}))) AS day,
       ${partSql('minute')} AS part, gpu_id,
       any(device) AS model, any(profile) AS mig_profile, holder AS pod,
       toUInt32(count()) AS minutes, toUInt32(countIf(active >= 0.01)) AS active_minutes
     FROM (
       SELECT toStartOfMinute(at) AS minute, gpu_id, any(model) AS device, any(mig_profile) AS profile,
         argMax(pod, (pod != '', at)) AS holder,
         max(coalesce(sm_active, gr_engine_active, gpu_util, 0)) AS active
       FROM gpu_samples FINAL
       WHERE project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
       GROUP BY minute, gpu_id
     ) GROUP BY hour, day, part, gpu_id, pod ORDER BY hour, gpu_id, pod`,
    { ...range, ...partParams(parts) },
  );
}

export interface EngineHourRow {
  hour: string;
  pool: string;
  model: string;
  minutes: number;
  busy_minutes: number;
  /** Growth of the engine's counters within the hour, resets not counted. */
  prompt_tokens: number;
  output_tokens: number;
}

/** In how many of an hour's observed minutes a pool's engine had requests running, and how many tokens it worked on. */
export async function engineHours(
  clickhouse: ClickHouse,
  range: { project: string; from: Date; to: Date },
): Promise<EngineHourRow[]> {
  const growth = (counter: string): string => `deltaSumTimestamp(ifNull(${counter}, 0), toUnixTimestamp64Milli(at))`;
  return clickhouse.query<EngineHourRow>(
    `SELECT toStartOfHour(minute) AS hour, pool, model, toUInt32(count()) AS minutes, toUInt32(countIf(most > 0)) AS busy_minutes,
       any(prompts) AS prompt_tokens, any(outputs) AS output_tokens
     FROM (
       SELECT toStartOfMinute(at) AS minute, pool, model, max(running) AS most FROM engine_samples FINAL
       WHERE project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} AND running IS NOT NULL
       GROUP BY minute, pool, model
     ) AS by_minute
     INNER JOIN (
       SELECT toStartOfHour(at) AS work_hour, pool AS work_pool, model AS work_model,
         ${growth('coalesce(prompt_tokens_computed, prompt_tokens)')} AS prompts, ${growth('generation_tokens')} AS outputs
       FROM engine_samples FINAL
       WHERE project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
       GROUP BY work_hour, work_pool, work_model
     ) AS work ON work_hour = toStartOfHour(minute) AND work_pool = pool AND work_model = model
     GROUP BY hour, pool, model ORDER BY hour, pool, model`,
    { ...range },
  );
}
