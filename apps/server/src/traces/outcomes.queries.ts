import type { ClickHouse } from '@plimsoll/clickhouse';
import { subjectCondition, type SliSubject } from '../incidents/sli-events.queries.js';
import { Parameters } from '../slo/parameters.js';
import { lastOutcomes, outcomeText } from '../slo/point-facts.queries.js';
import type { MinuteSpan } from '../slo/point-grain.js';
import { counted } from '../slo/point-source.queries.js';

export interface OutcomeRow {
  outcome_key: string;
  /** Microseconds since the epoch. */
  at_micros: string;
  trace_id: string;
  value: string | null;
  currency: string;
  feature: string;
  customer: string;
}

/** Successful outcomes of an objective that occurred within whole seconds, less what exclusion windows take out. */
export interface OutcomeSearch {
  readonly subject: SliSubject;
  readonly outcome: string;
  readonly from: Date;
  readonly to: Date;
  readonly excluded: readonly MinuteSpan[];
}

export interface OutcomePosition {
  readonly micros: string;
  readonly key: string;
}

function source(search: OutcomeSearch): { sql: string; params: Record<string, unknown> } {
  const { subject, from, to } = search;
  const parameters = new Parameters();
  const outcomes = lastOutcomes(parameters.add('String', search.outcome), [
    'argMax(trace_id, occurred_at) AS last_trace',
    'argMax(value, occurred_at) AS last_value',
    'argMax(currency, occurred_at) AS last_currency',
  ]);
  // What outcomes do not know (a model, a release) filters their spend alone, as it does in the points.
  const known = Object.entries(subject.definition.filter).filter(([name]) => outcomeText(name) !== null);
  const definition = { ...subject.definition, filter: Object.fromEntries(known) };
  const condition = subjectCondition({ ...subject, definition }, parameters, (name) => outcomeText(name) ?? `''`);
  const sql = `(${outcomes}) AS outcome WHERE ${condition}${counted(search, 'last_at')}`;
  return { sql, params: { ...parameters.values, project: subject.projectId, from, to } };
}

/** Newest first. */
export async function listOutcomes(
  clickhouse: ClickHouse,
  search: OutcomeSearch,
  limit: number,
  after: OutcomePosition | null,
): Promise<OutcomeRow[]> {
  const { sql, params } = source(search);
  const position =
    after === null
      ? ''
      : `AND (toUnixTimestamp64Micro(last_at), outcome_key) < ({afterMicros:Int64}, {afterKey:String})`;
  return clickhouse.query<OutcomeRow>(
    `SELECT outcome_key, toString(toUnixTimestamp64Micro(last_at)) AS at_micros, last_trace AS trace_id,
       if(last_value IS NULL, NULL, toString(assumeNotNull(last_value))) AS value, toString(last_currency) AS currency,
       toString(last_feature) AS feature, toString(last_customer) AS customer
     FROM ${sql} ${position}
     ORDER BY toUnixTimestamp64Micro(last_at) DESC, outcome_key DESC LIMIT {limit:UInt32}`,
    { ...params, limit, ...(after === null ? {} : { afterMicros: after.micros, afterKey: after.key }) },
  );
}

export async function countOutcomes(clickhouse: ClickHouse, search: OutcomeSearch): Promise<number> {
  const { sql, params } = source(search);
  const [row] = await clickhouse.query<{ outcomes: number }>(
    `SELECT toUInt32(count()) AS outcomes FROM ${sql}`,
    params,
  );
  return row?.outcomes ?? 0;
}
