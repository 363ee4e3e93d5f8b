import type { ClickHouse } from '@plimsoll/clickhouse';
import type { EngineSample } from '@plimsoll/gpu';
import type { ScrapeIdentity } from './scrapes.queries.js';

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
