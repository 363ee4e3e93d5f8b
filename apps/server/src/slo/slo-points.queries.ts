import type { ClickHouse } from '@plimsoll/clickhouse';
import type { Indicator, ObjectiveWrite } from '@plimsoll/contract';
import { effectiveSpans } from '../rollups/effective-spans.queries.js';
import type { MinuteRange } from '../rollups/minute-recompute.js';
import { groupedBy } from './grouped.js';
import type { MinuteSpan } from './point-grain.js';
import { counted } from './point-source.queries.js';

/** One objective revision as its points are made. */
export interface PointsSubject {
  readonly revisionId: string;
  readonly definition: ObjectiveWrite;
  /** Group keys that have a row of their own; read only when the definition groups. */
  readonly groups: readonly string[];
}

/** Key of the row that sums the groups beyond the cap. */
export const otherGroup = 'other';

export const dimensionColumns = {
  feature: 'feature',
  customer: 'customer',
  team: 'team',
  environment: 'environment',
  provider: 'provider',
  model: `if(response_model != '', response_model, request_model)`,
  promptName: 'prompt_name',
  promptVersion: 'prompt_version',
  release: 'release',
} as const satisfies Record<keyof ObjectiveWrite['filter'], string>;

type Dimension = keyof typeof dimensionColumns;

const dimensionNames =
  'provider, request_model, response_model, feature, customer, team, environment, release, prompt_name, prompt_version';

export const spanColumns = `time, trace_id, span_id, parent_span_id, kind, start_time, end_time, status, error_type,
  http_status, finish_reason, ttft_ms, tokens_output, tokens_reasoning, cost, sample_p, ${dimensionNames}`;

export const isCall = `kind IN ('generation', 'embedding')`;
export const isRoot = `parent_span_id = ''`;

/** Who went away before the answer came has not met a slow or failing service; counted apart. */
const isCancelled = `(ifNull(http_status, 0) = 499 OR match(lower(error_type), 'cancel|abort')
  OR lower(finish_reason) IN ('cancelled', 'canceled', 'aborted'))`;

/** Closed classes of failure; '' for a call that went well. */
const errorClass = `multiIf(
  http_status = 429 OR match(lower(error_type), 'rate.?limit|too.?many|quota|\\\\b429\\\\b'), 'rate_limit',
  http_status IN (408, 504) OR match(lower(error_type), 'time.?out|deadline'), 'timeout',
  lower(finish_reason) IN ('content_filter', 'content-filter', 'safety', 'blocked') OR match(lower(error_type), 'content.?(filter|policy)'), 'content_filter',
  http_status >= 500 OR match(lower(error_type), 'server.?error|unavailable|overloaded|\\\\b5\\\\d\\\\d\\\\b'), 'provider_5xx',
  http_status >= 400 OR match(lower(error_type), 'bad.?request|invalid|unauthor|forbidden|not.?found|\\\\b4\\\\d\\\\d\\\\b'), 'client_error',
  status = 'error', 'other',
  '')`;

const latencyMs = {
  end_to_end: `toNullable((toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6)`,
  ttft: 'ttft_ms',
  // Tokens after the first one; without a first-token time the whole answer is spread over its tokens.
  per_output_token: `multiIf(
    ttft_ms IS NOT NULL AND tokens_output + tokens_reasoning > 1,
    ((toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6 - ttft_ms) / (tokens_output + tokens_reasoning - 1),
    tokens_output + tokens_reasoning > 0,
    (toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6 / (tokens_output + tokens_reasoning),
    NULL)`,
} as const;

/** Named values of a statement: text of users reaches ClickHouse as parameters only. */
export class Parameters {
  readonly values: Record<string, unknown> = {};

  add(type: string, value: unknown): string {
    const name = `p${Object.keys(this.values).length}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }
}

export function filterCondition(filter: ObjectiveWrite['filter'], parameters: Parameters): string {
  const parts: string[] = [];
  for (const [dimension, wanted] of Object.entries(filter)) {
    const list = parameters.add('Array(String)', wanted);
    // A caller names the model it asked for or the one that answered.
    if (dimension === 'model') parts.push(`(has(${list}, response_model) OR has(${list}, request_model))`);
    else parts.push(`has(${list}, ${dimensionColumns[dimension as Dimension]})`);
  }
  return parts.length === 0 ? '1' : parts.join(' AND ');
}

/** JSON of the group-by values, in the order of the definition. */
function groupKeyExpression(groupBy: ObjectiveWrite['groupBy']): string {
  const pairs = groupBy.map((dimension) => `'${dimension}', toString(${dimensionColumns[dimension]})`);
  return `toJSONString(map(${pairs.join(', ')}))`;
}

/** Keys that an event adds to: the whole, and its admitted group or `other`. */
function groupKeys({ definition, groups }: PointsSubject, parameters: Parameters): string {
  if (definition.groupBy.length === 0) return `['']`;
  const key = groupKeyExpression(definition.groupBy);
  return `['', if(has(${parameters.add('Array(String)', groups)}, ${key}), ${key}, '${otherGroup}')]`;
}

interface EventExpressions {
  readonly counted: string;
  readonly eligible: string;
  readonly bad: string;
  readonly excluded: string;
  readonly cost: string;
  readonly outcomes: string;
}

const noMoney = { cost: 'toDecimal128(0, 12)', outcomes: '0' } as const;

/** How a span counts for an indicator; everything is 0 or 1 but the money. */
export function eventExpressions(definition: ObjectiveWrite, parameters: Parameters): EventExpressions {
  const { indicator } = definition;
  const subject = definition.unit === 'trace' ? isRoot : isCall;
  if (indicator.kind === 'latency') {
    const value = latencyMs[indicator.measure];
    const limit = parameters.add('Float64', indicator.thresholdMs);
    const judged = `(NOT ${isCancelled} AND (status = 'error' OR (${value}) IS NOT NULL))`;
    const bad = `(status = 'error' OR ifNull((${value}) > ${limit}, 0))`;
    return { counted: subject, eligible: judged, bad: `${judged} AND ${bad}`, excluded: `NOT ${judged}`, ...noMoney };
  }
  if (indicator.kind === 'error') {
    const bad =
      indicator.classes === undefined
        ? `status = 'error'`
        : `has(${parameters.add('Array(String)', indicator.classes)}, ${errorClass})`;
    const judged = `NOT ${isCancelled}`;
    return { counted: subject, eligible: judged, bad: `${judged} AND ${bad}`, excluded: isCancelled, ...noMoney };
  }
  // Spend is that of calls; what it is divided by are calls, roots, or outcomes that come from their own table.
  const requests = indicator.kind === 'cost' && indicator.per === 'request' ? subject : '0';
  return {
    counted: `(${isCall} OR ${requests})`,
    eligible: requests,
    bad: '0',
    excluded: `(${isCall} AND cost IS NULL)`,
    cost: `if(${isCall}, toDecimal128(ifNull(cost, 0), 12), toDecimal128(0, 12))`,
    outcomes: requests,
  };
}

const pointColumns = `objective, group_key, stratum, minute, population, eligible, bad, sum_w, sum_wx, sum_w2, sum_w2x, sum_w2x2,
  cost, outcomes, selected, settled, excluded`;

/** Existing keys with zeros: groups that vanished fall to zero in the same statement that writes the others. */
const existingKeys = `SELECT objective, group_key, stratum, minute, 0, 0, 0, 0., 0., 0., 0., 0., toDecimal128(0, 12), 0, 0, 0, 0
  FROM sli_points FINAL
  WHERE project = {project:String} AND objective IN {objectives:Array(String)} AND minute >= {from:DateTime} AND minute < {to:DateTime}`;

/** The columns of `sli_points` with their types, so that every part may leave out names and casts. */
const typedHeader = `SELECT '' AS objective, '' AS group_key, '' AS stratum, toDateTime(0, 'UTC') AS minute, toUInt64(0) AS population,
  toUInt64(0) AS eligible, toUInt64(0) AS bad, toFloat64(0) AS sum_w, toFloat64(0) AS sum_wx, toFloat64(0) AS sum_w2,
  toFloat64(0) AS sum_w2x, toFloat64(0) AS sum_w2x2, toDecimal128(0, 12) AS cost, toUInt64(0) AS outcomes,
  toUInt64(0) AS selected, toUInt64(0) AS settled, toUInt64(0) AS excluded WHERE 0`;

function summedParts(parts: readonly string[]): string {
  const columns = [
    'population',
    'eligible',
    'bad',
    'sum_w',
    'sum_wx',
    'sum_w2',
    'sum_w2x',
    'sum_w2x2',
    'cost',
    'outcomes',
  ];
  const sums = [...columns, 'selected', 'settled', 'excluded'].map((name) => `sum(part.${name}) AS ${name}`);
  return `SELECT part.objective AS objective, part.group_key AS group_key, part.stratum AS stratum, part.minute AS minute, ${sums.join(', ')}
    FROM (${[typedHeader, ...parts].join('\n UNION ALL ')}) AS part
    GROUP BY objective, group_key, stratum, minute`;
}

/** One pass over the spans of the range for all latency, error and cost objectives of a project. */
function spanPart(subjects: readonly PointsSubject[], parameters: Parameters, keys?: string): string {
  const entries = subjects.map((subject) => {
    const event = eventExpressions(subject.definition, parameters);
    const condition = `${filterCondition(subject.definition.filter, parameters)} AND ${event.counted}`;
    const row = `(${parameters.add('String', subject.revisionId)}, ${keys ?? groupKeys(subject, parameters)},
      toUInt64(${event.eligible}), toUInt64(${event.bad}), toUInt64(${event.excluded}), ${event.cost}, toUInt64(${event.outcomes}))`;
    return `if(${condition}, [${row}], [])`;
  });
  const part = (index: number): string => `tupleElement(event, ${index})`;
  return `SELECT ${part(1)} AS objective, arrayJoin(${part(2)}) AS group_key, '' AS stratum, minute, ${part(3)} AS population,
      ${part(3)} AS eligible, ${part(4)} AS bad, ${part(3)} * w AS sum_w, ${part(4)} * w AS sum_wx, ${part(3)} * w * w AS sum_w2,
      ${part(4)} * w * w AS sum_w2x, ${part(4)} * w * w AS sum_w2x2, ${part(6)} AS cost, ${part(7)} AS outcomes,
      toUInt64(0) AS selected, toUInt64(0) AS settled, ${part(5)} AS excluded
    FROM (
      SELECT toStartOfMinute(toDateTime(time, 'UTC')) AS minute, 1 / if(sample_p > 0, sample_p, 1) AS w,
        arrayJoin(arrayConcat(${entries.join(',\n')})) AS event
      FROM ${effectiveSpans(spanColumns)}
      WHERE ${isCall} OR ${isRoot})`;
}

/** Outcomes flow: each counts in the minute of its last event, whatever trace it belongs to (architecture 3a, rule 10). */
function outcomePart(subject: PointsSubject, outcome: string, parameters: Parameters): string {
  const { filter, groupBy } = subject.definition;
  const name = parameters.add('String', outcome);
  const known = Object.entries(filter).filter(([dimension]) => dimension === 'feature' || dimension === 'customer');
  const condition = known
    .map(([dimension, wanted]) => `has(${parameters.add('Array(String)', wanted)}, last_${dimension})`)
    .join(' AND ');
  const values = groupBy.map((dimension) =>
    dimension === 'feature' || dimension === 'customer'
      ? `'${dimension}', toString(last_${dimension})`
      : `'${dimension}', ''`,
  );
  const key = `toJSONString(map(${values.join(', ')}))`;
  const keys =
    groupBy.length === 0
      ? `['']`
      : `['', if(has(${parameters.add('Array(String)', subject.groups)}, ${key}), ${key}, '${otherGroup}')]`;
  return `SELECT ${parameters.add('String', subject.revisionId)} AS objective, arrayJoin(${keys}) AS group_key, '' AS stratum,
      toStartOfMinute(toDateTime(last_at, 'UTC')) AS minute, toUInt64(1), toUInt64(1), toUInt64(0), 1., 0., 1., 0., 0.,
      toDecimal128(0, 12), toUInt64(1), toUInt64(0), toUInt64(0), toUInt64(0)
    FROM (
      SELECT outcome_key, max(occurred_at) AS last_at, argMax(status, occurred_at) AS last_status,
        argMax(feature, occurred_at) AS last_feature, argMax(customer, occurred_at) AS last_customer
      FROM outcomes FINAL
      WHERE project = {project:String} AND name = ${name} AND outcome_key IN (
        SELECT outcome_key FROM outcomes WHERE project = {project:String} AND name = ${name}
          AND occurred_at >= {from:DateTime} AND occurred_at < {to:DateTime})
      GROUP BY outcome_key)
    WHERE last_at >= {from:DateTime} AND last_at < {to:DateTime} AND last_status = 'success'
      ${condition === '' ? '' : `AND ${condition}`}`;
}

/** Rebuilds the points of latency, error and cost objectives within a range, in one statement. */
export async function recomputeSpanPoints(
  clickhouse: ClickHouse,
  range: MinuteRange,
  subjects: readonly PointsSubject[],
): Promise<void> {
  const parameters = new Parameters();
  const parts = [spanPart(subjects, parameters)];
  for (const subject of subjects) {
    const { indicator } = subject.definition;
    if (indicator.kind === 'cost' && indicator.per === 'outcome') {
      parts.push(outcomePart(subject, indicator.outcome ?? '', parameters));
    }
  }
  await insertPoints(clickhouse, range, subjects, [...parts, existingKeys], parameters);
}

/** Badness of a score: the scorer's own verdict, or the objective's pass mark on its value. */
export function scoreBadness(indicator: Extract<Indicator, { kind: 'quality' }>, parameters: Parameters): string {
  if (indicator.measure === 'mean') {
    return `multiIf(passed IS NOT NULL, toFloat64(1 - passed), value IS NOT NULL, 1 - least(1., greatest(0., value)), NULL)`;
  }
  if (indicator.passMark === undefined) return `toFloat64(1 - passed)`;
  return `toFloat64(value < ${parameters.add('Float64', indicator.passMark)})`;
}

/** What is read of the facts of a scorer: objectives that read the same share one reading. */
function readingOf({ definition: { indicator } }: PointsSubject): string {
  if (indicator.kind !== 'quality') throw new Error(`${indicator.kind} is judged from spans`);
  return JSON.stringify([indicator.scorer, indicator.measure, indicator.passMark]);
}

/** Scores and decisions of quality objectives that read them alike; only the newest version of a verdict counts. */
function qualityPart(subjects: readonly PointsSubject[], parameters: Parameters, keys?: string): string {
  const indicator = subjects[0]?.definition.indicator;
  if (indicator?.kind !== 'quality') throw new Error('quality objectives alone have scores');
  const scorer = parameters.add('String', indicator.scorer);
  const badness = scoreBadness(indicator, parameters);
  const within = `project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime} AND scorer = ${scorer}`;
  const judged = `SELECT trace_id, span_id, time, stratum, 0 AS decided, 0 AS chosen, 0 AS done, 0 AS without,
        1 / if(sample_p > 0, sample_p, 1) AS w, ${badness} AS x
      FROM (SELECT * FROM scores FINAL WHERE ${within} AND span_id != '' ORDER BY version DESC LIMIT 1 BY trace_id, span_id)
      WHERE x IS NOT NULL`;
  const decided = `SELECT trace_id, span_id, time, stratum, toUInt8(NOT skipped) AS decided,
        toUInt8(decision = 'selected' AND NOT skipped) AS chosen,
        toUInt8(NOT skipped AND (outcome IN ('scored', 'failed') OR decision = 'over_budget')) AS done,
        toUInt8(skipped) AS without, 0. AS w, NULL AS x
      FROM (SELECT *, outcome = 'not_applicable' OR decision = 'no_content' AS skipped FROM scoring_decisions FINAL
        WHERE ${within} ORDER BY version DESC LIMIT 1 BY trace_id, span_id)`;
  const entries = subjects.map((subject) => {
    const own = keys ?? groupKeys(subject, parameters);
    const rows = `arrayMap(key -> (${parameters.add('String', subject.revisionId)}, key), ${own})`;
    return `if(${filterCondition(subject.definition.filter, parameters)}, ${rows}, [])`;
  });
  return `SELECT entry.1 AS objective, entry.2 AS group_key,
      stratum, minute, decided, eligible, bad, sum_w, sum_wx, sum_w2, sum_w2x, sum_w2x2, cost, outcomes, chosen, done, without
    FROM (
      SELECT arrayJoin(arrayConcat(${entries.join(',\n')})) AS entry,
        stratum, toStartOfMinute(toDateTime(fact.time, 'UTC')) AS minute, toUInt64(decided) AS decided,
        toUInt64(x IS NOT NULL) AS eligible, toUInt64(ifNull(x, 0) > 0) AS bad,
        if(x IS NULL, 0, w) AS sum_w, ifNull(w * x, 0) AS sum_wx, if(x IS NULL, 0, w * w) AS sum_w2,
        ifNull(w * w * x, 0) AS sum_w2x, ifNull(w * w * x * x, 0) AS sum_w2x2,
        toDecimal128(0, 12) AS cost, toUInt64(0) AS outcomes, toUInt64(chosen) AS chosen, toUInt64(done) AS done, toUInt64(without) AS without
      FROM (${judged} UNION ALL ${decided}) AS fact
      INNER JOIN ${effectiveSpans(`time, trace_id, span_id, ${dimensionNames}`)} AS span
        ON span.trace_id = fact.trace_id AND span.span_id = fact.span_id AND span.time = fact.time)`;
}

/** Rebuilds the points of quality objectives within a range, in one statement. */
export async function recomputeQualityPoints(
  clickhouse: ClickHouse,
  range: MinuteRange,
  subjects: readonly PointsSubject[],
): Promise<void> {
  const parameters = new Parameters();
  const parts = [...groupedBy(subjects, readingOf).values()].map((alike) => qualityPart(alike, parameters));
  await insertPoints(clickhouse, range, subjects, [...parts, existingKeys], parameters);
}

async function insertPoints(
  clickhouse: ClickHouse,
  range: MinuteRange,
  subjects: readonly PointsSubject[],
  parts: readonly string[],
  parameters: Parameters,
): Promise<void> {
  await clickhouse.command(
    `INSERT INTO sli_points (project, ${pointColumns}, expires_on, version)
     SELECT {project:String}, ${pointColumns}, toDate(minute) + 400, toUInt64(toUnixTimestamp64Micro(now64(6)))
     FROM (${summedParts(parts)})`,
    {
      ...parameters.values,
      project: range.projectId,
      from: range.from,
      to: range.to,
      objectives: subjects.map(({ revisionId }) => revisionId),
    },
  );
}

/** The points that a definition would have, without storing them; for backtests of what is not saved. */
export function previewStatement(subject: PointsSubject): {
  readonly sql: string;
  readonly params: Record<string, unknown>;
} {
  const parameters = new Parameters();
  const { indicator } = subject.definition;
  const parts = indicator.kind === 'quality' ? [qualityPart([subject], parameters)] : [spanPart([subject], parameters)];
  if (indicator.kind === 'cost' && indicator.per === 'outcome') {
    parts.push(outcomePart(subject, indicator.outcome ?? '', parameters));
  }
  return { sql: summedParts(parts), params: parameters.values };
}

export interface SpenderRow {
  readonly value: string;
  readonly eligible: number;
  readonly bad: number;
  /** Digits of units of 1e-12. */
  readonly cost_pico: string;
  readonly outcomes: number;
}

/** What each value of a dimension added to an objective's sums within a range, the worst first. */
export async function spendersBy(
  clickhouse: ClickHouse,
  range: MinuteRange & { readonly excluded: readonly MinuteSpan[] },
  definition: ObjectiveWrite,
  dimension: Dimension,
  limit: number,
): Promise<SpenderRow[]> {
  const grouped = { ...definition, groupBy: [dimension] };
  const parameters = new Parameters();
  const subject = { revisionId: 'spender', definition: grouped, groups: [] };
  const part =
    definition.indicator.kind === 'quality'
      ? qualityPart([subject], parameters, everyGroup(grouped))
      : spanPart([subject], parameters, everyGroup(grouped));
  return clickhouse.query<SpenderRow>(
    `SELECT JSONExtractString(group_key, {dimension:String}) AS value, sum(sum_w) AS eligible, sum(sum_wx) AS bad,
       toString(toInt128(sum(cost) * 1000000000000)) AS cost_pico, sum(outcomes) AS outcomes
     FROM (${summedParts([part])}) WHERE 1${counted(range, 'minute')} GROUP BY value ORDER BY bad DESC, sum(cost) DESC, value LIMIT {limit:UInt32}`,
    { ...parameters.values, project: range.projectId, from: range.from, to: range.to, dimension, limit },
  );
}

/** Keys without a cap and without the whole. */
function everyGroup(definition: ObjectiveWrite): string {
  return `[${groupKeyExpression(definition.groupBy)}]`;
}

/** Group keys of a grouped objective within a range, the first seen first. */
export async function groupKeysSeen(
  clickhouse: ClickHouse,
  range: MinuteRange,
  definition: ObjectiveWrite,
  limit: number,
): Promise<string[]> {
  const parameters = new Parameters();
  const rows = await clickhouse.query<{ group_key: string }>(
    `SELECT ${groupKeyExpression(definition.groupBy)} AS group_key
     FROM ${effectiveSpans(`time, kind, parent_span_id, ${dimensionNames}`)}
     WHERE (${isCall} OR ${isRoot}) AND ${filterCondition(definition.filter, parameters)}
     GROUP BY group_key ORDER BY min(time), group_key LIMIT {limit:UInt32}`,
    { ...parameters.values, project: range.projectId, from: range.from, to: range.to, limit },
  );
  return rows.map((row) => row.group_key);
}
