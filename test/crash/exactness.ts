import type { ClickHouse } from '@plimsoll/clickhouse';
import type { Stores } from '../flows/stores.js';
import {
  hourOf,
  hours,
  minuteOf,
  minutes,
  type OutcomeRow,
  pointHours,
  points,
  type SpanRow,
  type StoredRows,
  Sums,
  type VerdictRow,
} from './from-scratch.js';
import { sampledShare, scorerSlug } from './objectives.js';
import type { SentCall } from './sent-calls.js';

/** The project that the clients send to; the platform also measures itself, in a project of its own. */
export interface Scope {
  readonly clickhouse: ClickHouse;
  readonly project: string;
  /** Names of the objectives by the id of their revision. */
  readonly objectives: ReadonlyMap<string, string>;
}

const within = 'project = {project:String}';
const lastCopies = `(SELECT * FROM spans WHERE ${within} ORDER BY version DESC LIMIT 1 BY time, trace_id, span_id)`;
const pico = (column: string): string => `toString(toInt128(${column} * 1000000000000))`;

/** Every stored fact, read without FINAL and without the platform's own statements. */
export async function readRows({ clickhouse, project }: Scope): Promise<StoredRows> {
  const [spans, outcomes, verdicts] = await Promise.all([
    clickhouse.query<SpanRow>(
      `SELECT trace_id, span_id, parent_span_id, toUnixTimestamp64Milli(time) AS time_ms,
        toUnixTimestamp64Milli(end_time) - toUnixTimestamp64Milli(start_time) AS duration_ms, status, error_type, feature,
        request_model AS model, tokens_input AS tokens_in, tokens_output AS tokens_out,
        if(cost IS NULL, NULL, ${pico('cost')}) AS cost
      FROM ${lastCopies}`,
      { project },
    ),
    clickhouse.query<OutcomeRow>(
      `SELECT outcome_key, toUnixTimestamp64Milli(occurred_at) AS at_ms, status FROM outcomes WHERE ${within}
      ORDER BY version DESC LIMIT 1 BY name, outcome_key`,
      { project },
    ),
    clickhouse.query<VerdictRow>(
      `SELECT trace_id, span_id, toUnixTimestamp64Milli(time) AS time_ms, decision, outcome, sample_p, stratum, score.passed AS passed
      FROM (SELECT * FROM scoring_decisions WHERE ${within} AND scorer = {scorer:String} ORDER BY version DESC LIMIT 1 BY time, trace_id, span_id) AS decided
      LEFT JOIN (
        SELECT trace_id, span_id, passed FROM scores WHERE ${within} AND scorer = {scorer:String} ORDER BY version DESC LIMIT 1 BY time, trace_id, span_id
      ) AS score USING (trace_id, span_id)
      SETTINGS join_use_nulls = 1`,
      { project, scorer: scorerSlug },
    ),
  ]);
  return { spans, outcomes, verdicts };
}

const pointsFrom = (table: string, grain: string): string => `
  SELECT objective, group_key, stratum, toUnixTimestamp(${grain}) * 1000 AS ms, population, eligible, bad, sum_w AS w, sum_wx AS wx,
    sum_w2 AS w2, sum_w2x AS w2x, sum_w2x2 AS w2x2, ${pico('cost')} AS cost, outcomes, selected, settled, excluded
  FROM ${table} FINAL WHERE ${within}`;

/** What the platform's own tables say, written as the figures from scratch are. */
async function readRollups({ clickhouse, project, objectives }: Scope) {
  const [minuteRows, hourRows, pointRows, pointHourRows] = await Promise.all([
    clickhouse.query<Record<string, string | number>>(
      `SELECT toUnixTimestamp(minute) * 1000 AS ms, spans, calls, errors, tokens_input AS input, tokens_output AS output,
        ${pico('cost')} AS cost FROM minute_rollup FINAL WHERE ${within}`,
      { project },
    ),
    clickhouse.query<Record<string, string | number>>(
      `SELECT toUnixTimestamp(toStartOfHour(hour)) * 1000 AS ms, feature, model, calls, errors, ${pico('cost')} AS cost, unpriced_calls AS unpriced
      FROM hour_rollup FINAL WHERE ${within}`,
      { project },
    ),
    clickhouse.query<Record<string, string | number>>(pointsFrom('sli_points', 'minute'), { project }),
    clickhouse.query<Record<string, string | number>>(pointsFrom('sli_hours', 'hour'), { project }),
  ]);
  const summed = (rows: readonly Record<string, string | number>[], keyOf: (row: Record<string, string>) => string) => {
    const sums = new Sums();
    for (const { ms, objective, group_key, stratum, feature, model, cost, ...amounts } of rows) {
      const key = keyOf({ ms, objective, group_key, stratum, feature, model } as Record<string, string>);
      sums.add(key, { ...(amounts as Record<string, number>), cost: BigInt(cost ?? 0) });
    }
    return sums;
  };
  const pointKey = ({ objective, group_key, stratum }: Record<string, string>): string =>
    `${objectives.get(objective ?? '') ?? objective} ${group_key} ${stratum}`;
  return {
    minutes: summed(minuteRows, ({ ms }) => minuteOf(Number(ms))),
    hours: summed(hourRows, ({ ms, feature, model }) => `${hourOf(Number(ms))} ${feature} ${model}`),
    points: summed(pointRows, (row) => `${pointKey(row)} ${minuteOf(Number(row['ms']))}`),
    pointHours: summed(pointHourRows, (row) => `${pointKey(row)} ${hourOf(Number(row['ms']))}`),
  };
}

export async function openScope({ clickhouse, database }: Pick<Stores, 'clickhouse' | 'database'>): Promise<Scope> {
  const [project] = await database.query<{ id: string }[]>(`SELECT id FROM projects WHERE slug = 'default'`);
  const rows = await database.query<{ id: string; name: string }[]>(
    `SELECT id, definition ->> 'name' AS name FROM objective_revisions WHERE superseded_at IS NULL`,
  );
  return { clickhouse, project: project?.id ?? '', objectives: new Map(rows.map(({ id, name }) => [id, name])) };
}

const figures = { minutes, hours, points, pointHours } as const;
export type Figure = keyof typeof figures | 'traces';

/** How many lines of a figure there are, and the first of those that differ (`stored` or `from scratch` before each). */
export interface Compared {
  readonly lines: number;
  readonly differences: readonly string[];
}

export function compareLines(stored: readonly string[], scratch: readonly string[]): Compared {
  const [inStored, inScratch] = [new Set(stored), new Set(scratch)];
  const differences = [
    ...stored.filter((line) => !inScratch.has(line)).map((line) => `stored       ${line}`),
    ...scratch.filter((line) => !inStored.has(line)).map((line) => `from scratch ${line}`),
  ];
  return { lines: scratch.length, differences: differences.slice(0, 12) };
}

export async function compareFigures(scope: Scope): Promise<Record<Figure, Compared>> {
  const stored = await readRollups(scope);
  const rows = await readRows(scope);
  const lines = (name: keyof typeof figures): Compared =>
    compareLines(sorted(stored[name]), sorted(figures[name](rows)));
  return {
    minutes: lines('minutes'),
    hours: lines('hours'),
    points: lines('points'),
    pointHours: lines('pointHours'),
    traces: await compareTraces(scope, rows),
  };
}

/** Amounts of a line in one order, whichever side wrote it. */
function sorted(sums: Sums): string[] {
  return sums.toLines().map((line) => {
    const at = line.search(/ \w+=/);
    return `${line.slice(0, at)} ${line
      .slice(at + 1)
      .split(' ')
      .toSorted()
      .join(' ')}`;
  });
}

async function compareTraces({ clickhouse, project }: Scope, { spans }: StoredRows): Promise<Compared> {
  const stored = await clickhouse.query<{ trace_id: string; spans: number; calls: number; root: string; cost: string }>(
    `SELECT trace_id, spans, calls, root_span_id AS root, ${pico('cost')} AS cost FROM traces FINAL WHERE ${within} AND gone = 0`,
    { project },
  );
  const scratch = new Map<string, { spans: number; root: string; cost: bigint }>();
  for (const span of spans) {
    const trace = scratch.get(span.trace_id) ?? { spans: 0, root: '', cost: 0n };
    trace.spans += 1;
    trace.cost += BigInt(span.cost ?? 0);
    if (span.parent_span_id === '') trace.root = span.span_id;
    scratch.set(span.trace_id, trace);
  }
  return compareLines(
    stored.map((row) => `${row.trace_id} ${row.spans} ${row.calls} ${row.root} ${row.cost}`),
    [...scratch].map(([id, { spans: count, root, cost }]) => `${id} ${count} ${count} ${root} ${cost}`),
  );
}

/** What the store has of what was acknowledged; every list must be empty. */
export interface StoredCalls {
  readonly lost: string[];
  readonly repeated: string[];
  /** Stored with another feature, model, cost or status than it was sent with. */
  readonly changed: string[];
  readonly lostOutcomes: string[];
}

export function compareCalls(
  { spans, outcomes }: StoredRows,
  acknowledged: readonly SentCall[],
  acknowledgedOutcomes: readonly string[],
): StoredCalls {
  const stored = new Map<string, SpanRow[]>();
  for (const span of spans) {
    const id = `${span.trace_id} ${span.span_id}`;
    stored.set(id, [...(stored.get(id) ?? []), span]);
  }
  const featureOfRoot = new Map(
    spans.filter((span) => span.parent_span_id === '').map((span) => [span.trace_id, span.feature]),
  );
  const keys = new Set(outcomes.map(({ outcome_key }) => outcome_key));
  const [lost, changed]: [string[], string[]] = [[], []];
  for (const call of acknowledged) {
    const id = `${call.traceId} ${call.spanId}`;
    const [span] = stored.get(id) ?? [];
    if (span === undefined) lost.push(id);
    else if (!isSame(span, call, featureOfRoot.get(call.traceId))) changed.push(`${id}: ${JSON.stringify(span)}`);
  }
  return {
    lost,
    changed,
    repeated: [...stored].filter(([, copies]) => copies.length > 1).map(([id]) => id),
    lostOutcomes: acknowledgedOutcomes.filter((key) => !keys.has(key)),
  };
}

function isSame(span: SpanRow, call: SentCall, rootFeature: string | undefined): boolean {
  const cost = span.cost === null ? null : BigInt(span.cost);
  const sameFigures = span.time_ms === call.endMs && cost === call.costPico && span.model === call.model;
  return sameFigures && rootFeature === call.feature && (span.status === 'error') === call.failed;
}

/** Faults of what was decided and scored, given what the senders know; empty when all is as it must be. */
export function scoringFaults({ spans, verdicts }: StoredRows, acknowledged: readonly SentCall[]): string[] {
  const verdictOf = new Map(verdicts.map((verdict) => [`${verdict.trace_id} ${verdict.span_id}`, verdict]));
  const faults: string[] = [];
  if (verdictOf.size !== verdicts.length) faults.push('a call has two decisions');
  const wanted = spans.filter(({ status }) => status === 'ok').length;
  if (verdicts.length !== wanted) faults.push(`${verdicts.length} decisions about ${wanted} calls`);
  for (const call of acknowledged) {
    const id = `${call.traceId} ${call.spanId}`;
    const verdict = verdictOf.get(id);
    if (call.failed || verdict === undefined) continue;
    const scored = verdict.decision === 'selected';
    const expected = scored ? Number(call.passes) : null;
    if (verdict.passed !== expected || verdict.sample_p !== sampledShare || (verdict.outcome === 'scored') !== scored) {
      faults.push(`${id}: ${JSON.stringify(verdict)}`);
    }
  }
  return faults.slice(0, 12);
}
