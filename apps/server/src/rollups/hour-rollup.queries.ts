import type { ClickHouse } from '@plimsoll/clickhouse';
import { bucketSql } from '@plimsoll/statistics';
import { effectiveSpans, inheritableFields } from './effective-spans.queries.js';
import { durationMs, expiresOn, isCall, statementVersion } from './figures.js';
import type { MinuteRange } from './minute-recompute.js';

/** Values of one dimension that a project may have in rollups; those that come later are summed as `other`. */
export const admittedValues = 1000;
export const otherValue = 'other';

const model = `if(response_model != '', response_model, request_model)`;

/** Dimensions of the hour rollup: the column and its value of a span. User, session and trace are never dimensions. */
const dimensions: Readonly<Record<string, string>> = {
  feature: 'feature',
  customer: 'customer',
  team: 'team',
  environment: 'environment',
  provider: 'provider',
  model,
  prompt_name: 'prompt_name',
  prompt_version: 'prompt_version',
};

const tokenColumns = [
  'tokens_input',
  'tokens_cache_read',
  'tokens_cache_write_5m',
  'tokens_cache_write_1h',
  'tokens_output',
  'tokens_reasoning',
  'tokens_audio_in',
  'tokens_audio_out',
  'tokens_image_in',
  'tokens_image_out',
] as const;

const sums: Readonly<Record<string, string>> = {
  calls: '1',
  errors: `status = 'error'`,
  ...Object.fromEntries(tokenColumns.map((name) => [name, name])),
  cost: 'ifNull(cost, 0)',
  unpriced_calls: 'cost IS NULL',
  unpriced_tokens: 'unpriced_tokens',
  price_fallbacks: 'price_fallback = 1',
  usage_conflicts: 'usage_conflict = 1',
};

const keys = [...Object.keys(dimensions), 'cost_currency'];
const names = Object.keys(sums);
const emptyBuckets = `CAST(map(), 'Map(UInt16, UInt64)')`;

const spanColumns = `project, time, start_time, end_time, kind, status, cost, cost_currency, ttft_ms, usage_conflict, price_fallback,
  unpriced_tokens, request_model, response_model, provider, feature, customer, team, environment, release, prompt_name,
  prompt_version, ingested_at, ${tokenColumns.join(', ')}`;

/** First come, first served by the store's clock: the list only grows at its end, so a value once admitted stays. */
function admitted(dimension: string): string {
  return `(SELECT value FROM dimension_values WHERE project = {project:String} AND dimension = '${dimension}'
      GROUP BY value ORDER BY min(first_ingested), value LIMIT ${admittedValues})`;
}

const capped = Object.entries(dimensions).map(
  ([name, value]) =>
    `if(${value} = '' OR ${value} IN ${admitted(name)}, toString(${value}), '${otherValue}') AS key_${name}`,
);

/**
 * What a recompute is made by. Rows of an hour stand at its start, those of a busy hour at the minutes that its calls end
 * in, so that only these need to be read again; readers add up.
 */
export type HourGrain = 'hour' | 'minute';
const startOf: Readonly<Record<HourGrain, string>> = { hour: 'toStartOfHour(time)', minute: 'toStartOfMinute(time)' };

const statement = (grain: HourGrain, inheritable: readonly string[]): string => `
INSERT INTO hour_rollup (project, hour, ${keys.join(', ')}, ${names.join(', ')}, latency_buckets, ttft_buckets, expires_on, version)
SELECT project, hour, ${keys.map((name) => `key_${name}`).join(', ')}, ${names.map((name) => `sum(each_${name})`).join(', ')},
  sumMap(each_latency), sumMap(each_ttft), ${expiresOn('hour')}, ${statementVersion}
FROM (
  SELECT project, ${startOf[grain]} AS hour,
    ${capped.join(',\n    ')}, toString(cost_currency) AS key_cost_currency,
    ${names.map((name) => `${sums[name]} AS each_${name}`).join(',\n    ')},
    map(${bucketSql(durationMs)}, toUInt64(1)) AS each_latency,
    if(ttft_ms IS NOT NULL, map(${bucketSql('assumeNotNull(ttft_ms)')}, toUInt64(1)), ${emptyBuckets}) AS each_ttft
  FROM ${effectiveSpans(spanColumns, undefined, inheritable)} WHERE ${isCall}
  UNION ALL
  SELECT project, hour, ${keys.map((name) => `toString(${name})`).join(', ')}, ${names.map(() => '0').join(', ')}, ${emptyBuckets}, ${emptyBuckets}
  FROM hour_rollup FINAL
  WHERE project = {project:String} AND hour >= {from:DateTime} AND hour < {to:DateTime}
)
GROUP BY project, hour, ${keys.map((name) => `key_${name}`).join(', ')}`;

/**
 * Recomputes what `range` has: whole hours or, by the minute, whole minutes of hours that stand so or become it. The values
 * of its dimensions have to be listed before.
 */
export async function recomputeHourRollup(
  clickhouse: ClickHouse,
  range: MinuteRange,
  restDays: number,
  grain: HourGrain = 'hour',
): Promise<void> {
  const window = { project: range.projectId, from: range.from, to: range.to, restDays };
  const inheritable = await inheritableFields(clickhouse, range, spanColumns);
  await clickhouse.alone(() => clickhouse.command(statement(grain, inheritable), window));
}

export interface StoredHour {
  /** Seconds since the epoch. */
  readonly hour: number;
  /** Finished spans, as of the last pass over its minutes. */
  readonly spans: number;
  readonly by_minute: 0 | 1;
}

/** What is known of each hour of a range. */
export async function storedHours(clickhouse: ClickHouse, range: MinuteRange): Promise<StoredHour[]> {
  return clickhouse.query<StoredHour>(
    `SELECT toUnixTimestamp(start) AS hour, sum(each_spans) AS spans, max(each_by_minute) AS by_minute
    FROM (
      SELECT toStartOfHour(minute) AS start, spans AS each_spans, 0 AS each_by_minute FROM minute_rollup FINAL
      WHERE project = {project:String} AND minute >= {from:DateTime} AND minute < {to:DateTime}
      UNION ALL
      SELECT DISTINCT toStartOfHour(hour) AS start, 0, hour != start FROM hour_rollup
      WHERE project = {project:String} AND hour >= {from:DateTime} AND hour < {to:DateTime}
    )
    GROUP BY start`,
    { project: range.projectId, from: range.from, to: range.to },
  );
}

export interface StoredMinute {
  /** Seconds since the epoch. */
  readonly minute: number;
  /** Finished spans. */
  readonly rows: number;
  /** 1: rows of the hour stand at this minute. */
  readonly in_hour: 0 | 1;
}

/** The minutes of an hour in which calls are, as of the last pass over its minutes. */
export async function storedMinutes(clickhouse: ClickHouse, hour: MinuteRange): Promise<StoredMinute[]> {
  return clickhouse.query<StoredMinute>(
    `SELECT toUnixTimestamp(minute) AS minute, spans AS rows, minute_rollup.minute IN (
        SELECT hour FROM hour_rollup WHERE project = {project:String} AND hour >= {from:DateTime} AND hour < {to:DateTime}
      ) AS in_hour
    FROM minute_rollup FINAL
    WHERE project = {project:String} AND minute_rollup.minute >= {from:DateTime} AND minute_rollup.minute < {to:DateTime} AND calls > 0`,
    { project: hour.projectId, from: hour.from, to: hour.to },
  );
}

/** Within which feature a version is seen matters to those who look for what changed. */
const scopes: Readonly<Record<string, string>> = { model: 'feature', prompt_version: 'feature' };
const listed: Readonly<Record<string, string>> = { ...dimensions, release: 'release' };

const listing = (inheritable: readonly string[]): string => `
INSERT INTO dimension_values (project, dimension, scope, value, first_seen, last_seen, first_ingested)
SELECT project, entry.1 AS dimension, entry.2 AS scope, entry.3 AS value, min(first), max(last), min(ingested)
FROM (
  SELECT project, first, last, ingested, arrayJoin([
    ${Object.keys(listed)
      .map(
        (name) =>
          `('${name}', toString(${scopes[name] === undefined ? "''" : `of_${scopes[name]}`}), toString(of_${name}))`,
      )
      .join(',\n    ')}
  ]) AS entry
  FROM (
    SELECT project, ${Object.entries(listed)
      .map(([name, value]) => `${value} AS of_${name}`)
      .join(', ')},
      min(time) AS first, max(time) AS last, min(ingested_at) AS ingested
    FROM ${effectiveSpans(spanColumns, undefined, inheritable)} WHERE ${isCall}
    GROUP BY project, ${Object.keys(listed)
      .map((name) => `of_${name}`)
      .join(', ')}
  )
)
WHERE value != ''
GROUP BY project, dimension, scope, value`;

/** So many spans at a time: with their roots a statement over more of them holds more than an insert does. */
const listedRows = 400_000;

/**
 * Lists the values that the calls of a range have; earliest and latest sightings merge, so repeats change nothing, and a
 * range of about `rows` spans may be cut anywhere.
 */
export async function listDimensionValues(clickhouse: ClickHouse, range: MinuteRange, rows: number): Promise<void> {
  const inheritable = await inheritableFields(clickhouse, range, spanColumns);
  const [from, to] = [range.from.getTime() / 1000, range.to.getTime() / 1000];
  const seconds = Math.max(1, Math.ceil((to - from) / Math.max(1, Math.ceil(rows / listedRows))));
  for (let at = from; at < to; at += seconds) {
    const piece = { from: new Date(at * 1000), to: new Date(Math.min(at + seconds, to) * 1000) };
    await clickhouse.alone(() => clickhouse.command(listing(inheritable), { project: range.projectId, ...piece }));
  }
}
