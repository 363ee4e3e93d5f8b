import type { ClickHouse } from '@plimsoll/clickhouse';
import { type costDimensions, tokenBuckets } from '@plimsoll/contract';
import { type CostPart, type CostParts, partParams, partSql } from './cost-parts.js';
import { effectiveSpans } from '../rollups/effective-spans.queries.js';

export type CostDimension = (typeof costDimensions)[number];

export interface CostCondition {
  project: string;
  from: Date;
  to: Date;
  /** IANA zone in which days begin. */
  zone: string;
  currency: string;
  feature?: string;
  customer?: string;
  team?: string;
}

/** The cost of one key on one day of the zone. Sums are exact decimals as strings. */
export interface CostCell {
  key: string;
  day: string;
  /** Whether these calls lie in the present period, in the one before, or only in the history behind a forecast. */
  part: CostPart;
  amount: string;
  calls: number;
  tokens: string;
  unpriced_calls: number;
  unpriced_token_sum: string;
  unpriced_models: string[];
  fallback_calls: number;
  usage_conflicts: number;
  other_currencies: string[];
  price_versions: string[];
}

const isCall = `kind IN ('generation', 'embedding')`;
const tokens = `tokens_input + tokens_cache_read + tokens_cache_write_5m + tokens_cache_write_1h + tokens_output +
  tokens_reasoning + tokens_audio_in + tokens_audio_out + tokens_image_in + tokens_image_out`;

/** What a span belongs to in each dimension; empty = unallocated. */
const spanKeys: Readonly<Record<Exclude<CostDimension, 'outcome'>, string>> = {
  feature: 'feature',
  team: 'team',
  customer: 'customer',
  model: `if(response_model != '', response_model, request_model)`,
  provider: 'provider',
  promptVersion: `if(prompt_version = '', '', if(prompt_name = '', prompt_version, concat(prompt_name, '@', prompt_version)))`,
  environment: 'environment',
};

const source = effectiveSpans(
  `time, trace_id, kind, feature, team, customer, environment, provider, request_model, response_model, prompt_name,
   prompt_version, service_tier, outcome_key, tokens_input, tokens_cache_read, tokens_cache_write_5m,
   tokens_cache_write_1h, tokens_output, tokens_reasoning, tokens_audio_in, tokens_audio_out, tokens_image_in,
   tokens_image_out, has_usage, cost, cost_currency, price_version, price_fallback, unpriced_tokens, usage_conflict`,
);

function scope({ feature, customer, team }: CostCondition): string {
  const parts = ['1'];
  if (feature !== undefined) parts.push('feature = {feature:String}');
  if (customer !== undefined) parts.push('customer = {customer:String}');
  if (team !== undefined) parts.push('team = {team:String}');
  return parts.join(' AND ');
}

/** Amounts in another currency than the report's are never added to it: they are named in `other_currencies`. */
const amount = `ifNull(sumIf(cost, cost_currency IN ('', {currency:String})), 0)`;

const lastStatus = (until: string): string => `(
  SELECT key, argMax(status, (occurred_at, received_at)) AS status
  FROM (SELECT arrayJoin(arrayDistinct([outcome_key, trace_id])) AS key, status, occurred_at, received_at
    FROM outcomes FINAL WHERE project = {project:String} AND occurred_at < ${until})
  WHERE key != '' GROUP BY key)`;

const unpriced = `${isCall} AND unpriced_tokens > 0`;

const cellColumns = `toString(toDate(toTimeZone(time, {zone:String}))) AS day,
  ${partSql('time')} AS part,
  toString(${amount}) AS amount, toUInt32(countIf(${isCall})) AS calls, toString(sum(${tokens})) AS tokens,
  toUInt32(countIf(${unpriced})) AS unpriced_calls, toString(sumIf(unpriced_tokens, ${isCall})) AS unpriced_token_sum,
  arraySort(groupUniqArrayIf(20)(${spanKeys.model}, ${unpriced})) AS unpriced_models,
  toUInt32(countIf(price_fallback = 1)) AS fallback_calls, toUInt32(countIf(usage_conflict = 1)) AS usage_conflicts,
  arraySort(groupUniqArrayIf(toString(cost_currency), cost IS NOT NULL AND cost_currency NOT IN ('', {currency:String}))) AS other_currencies,
  arraySort(groupUniqArrayIf(toString(price_version), price_version != '')) AS price_versions`;

/** Every amount by key and day, and what makes it less than certain: the only query from which totals are made. */
export async function costCells(
  clickhouse: ClickHouse,
  condition: CostCondition,
  dimension: CostDimension,
  parts: CostParts,
): Promise<CostCell[]> {
  const params = { ...condition, ...partParams(parts) };
  if (dimension === 'outcome') {
    return clickhouse.query<CostCell>(
      `SELECT ifNull(coalesce(by_trace.status, by_key.status), 'undecided') AS key, ${cellColumns}
       FROM ${source} AS span
       LEFT JOIN ${lastStatus('now64(6)')} AS by_trace ON by_trace.key = span.trace_id
       LEFT JOIN ${lastStatus('now64(6)')} AS by_key ON by_key.key = span.outcome_key
       WHERE ${scope(condition)} GROUP BY key, day, part ORDER BY day, key`,
      params,
    );
  }
  return clickhouse.query<CostCell>(
    `SELECT ${spanKeys[dimension]} AS key, ${cellColumns} FROM ${source}
     WHERE ${scope(condition)} GROUP BY key, day, part ORDER BY day, key`,
    params,
  );
}

/** A cohort: traces that started in the period, with all their cost, by the last outcome of each in its window. */
export interface CohortCell {
  key: string;
  traces: number;
  cost: string;
  success: number;
  failure: number;
  neutral: number;
  /** Undecided, and its attribution window is still open. */
  pending: number;
  decided_cost: string;
}

/** Of a trace that used several models, model and provider tell nothing: it stays unallocated there. */
const traceKeys: Readonly<Record<CostDimension, string>> = {
  feature: 'feature',
  team: 'team',
  customer: 'customer',
  model: `if(length(models) = 1, models[1], '')`,
  provider: `if(length(providers) = 1, providers[1], '')`,
  promptVersion: spanKeys.promptVersion,
  environment: 'environment',
  outcome: `''`,
};

export async function outcomeCohorts(
  clickhouse: ClickHouse,
  condition: CostCondition,
  dimension: CostDimension,
  window: { attributionSeconds: number; outcome: string | null; asOf: Date },
): Promise<CohortCell[]> {
  const named = window.outcome === null ? '' : 'AND name = {outcome:String}';
  const key = dimension === 'outcome' ? `if(state = '', 'undecided', state)` : 'any_key';
  return clickhouse.query<CohortCell>(
    `SELECT ${key} AS key, toUInt32(count()) AS traces, toString(sum(trace_cost)) AS cost,
       toUInt32(countIf(state = 'success')) AS success, toUInt32(countIf(state = 'failure')) AS failure,
       toUInt32(countIf(state = 'neutral')) AS neutral,
       toUInt32(countIf(state = '' AND started + toIntervalSecond({window:UInt32}) > {asOf:DateTime64(6)})) AS pending,
       toString(sumIf(trace_cost, state != '')) AS decided_cost
     FROM (
       SELECT trace_id, any(trace_key) AS any_key, any(cost) AS trace_cost, any(start_time) AS started,
         argMaxIf(ifNull(status, ''), (occurred_at, received_at), status IS NOT NULL
           AND occurred_at < start_time + toIntervalSecond({window:UInt32})) AS state
       FROM (
         SELECT trace_id, ${traceKeys[dimension]} AS trace_key, cost, start_time,
           arrayJoin(arrayDistinct([trace_id, outcome_key])) AS link
         FROM traces FINAL
         WHERE project = {project:String} AND gone = 0 AND start_time >= {from:DateTime64(9)} AND start_time < {to:DateTime64(9)}
           AND cost_currency IN ('', {currency:String}) AND ${scope(condition)}
       ) AS trace
       LEFT JOIN (
         SELECT arrayJoin(arrayDistinct([outcome_key, trace_id])) AS event_key, status, occurred_at, received_at
         FROM outcomes FINAL
         WHERE project = {project:String} AND occurred_at >= {from:DateTime64(6)} AND received_at <= {asOf:DateTime64(6)} ${named}
       ) AS event ON event.event_key = trace.link AND trace.link != ''
       GROUP BY trace_id
     ) GROUP BY key`,
    { ...condition, window: window.attributionSeconds, outcome: window.outcome, asOf: window.asOf },
  );
}

export interface JudgeCell {
  day: string;
  part: CostPart;
  amount: string;
}

/** What the platform's own judges cost, by day of the judged span. */
export async function judgeCells(
  clickhouse: ClickHouse,
  condition: CostCondition,
  parts: CostParts,
): Promise<JudgeCell[]> {
  return clickhouse.query<JudgeCell>(
    `SELECT toString(toDate(toTimeZone(time, {zone:String}))) AS day, ${partSql('time')} AS part,
       toString(ifNull(sum(cost), 0)) AS amount
     FROM scores FINAL
     WHERE project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime} AND cost IS NOT NULL
     GROUP BY day, part HAVING sum(cost) > 0 ORDER BY day`,
    { ...condition, ...partParams(parts) },
  );
}

/** One group of the FOCUS file: a UTC day, all keys, a model and its tokens by bucket. */
export interface ChargeRow {
  day: string;
  provider: string;
  model: string;
  service_tier: string;
  feature: string;
  team: string;
  customer: string;
  prompt: string;
  environment: string;
  price_fallback: number;
  amount: string;
  /** In the order of `tokenBuckets`. */
  bucket_tokens: string[];
}

export async function charges(clickhouse: ClickHouse, condition: CostCondition): Promise<ChargeRow[]> {
  const buckets = tokenBuckets.map((bucket) => `toString(sum(tokens_${bucket}))`).join(', ');
  return clickhouse.query<ChargeRow>(
    `SELECT toString(toDate(time)) AS day, provider, ${spanKeys.model} AS model, service_tier, feature, team, customer,
       ${spanKeys.promptVersion} AS prompt, environment, price_fallback, toString(${amount}) AS amount,
       [${buckets}] AS bucket_tokens
     FROM ${source} WHERE cost IS NOT NULL AND ${scope(condition)}
     GROUP BY day, provider, model, service_tier, feature, team, customer, prompt, environment, price_fallback
     HAVING amount != '0'
     ORDER BY day, feature, customer, provider, model, service_tier, team, prompt, environment, price_fallback`,
    { ...condition },
  );
}

/** Work that traces gave to a self-hosted model in an hour, by key. */
export interface TokenWorkRow {
  hour: string;
  key: string;
  model: string;
  /** Computed prompt tokens: what the prefix cache answered weighs nothing. */
  prompt_tokens: number;
  output_tokens: number;
}

export async function tokenWork(
  clickhouse: ClickHouse,
  range: { project: string; from: Date; to: Date },
  dimension: CostDimension,
  models: readonly string[],
): Promise<TokenWorkRow[]> {
  if (dimension === 'outcome' || models.length === 0) return [];
  return clickhouse.query<TokenWorkRow>(
    `SELECT toStartOfHour(time) AS hour, ${spanKeys[dimension]} AS key, ${spanKeys.model} AS served_model,
       served_model AS model,
       sum(tokens_input + tokens_cache_write_5m + tokens_cache_write_1h + tokens_audio_in + tokens_image_in) AS prompt_tokens,
       sum(tokens_output + tokens_reasoning + tokens_audio_out + tokens_image_out) AS output_tokens
     FROM ${source} WHERE ${isCall} AND served_model IN {models:Array(String)}
     GROUP BY hour, key, served_model ORDER BY hour, key`,
    { ...range, models },
  );
}
