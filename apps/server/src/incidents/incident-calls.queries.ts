import type { ClickHouse } from '@plimsoll/clickhouse';
import { seconds, type TimeRange } from './incident-evidence.queries.js';
import type { SliEvents } from './sli-events.queries.js';

/** Which of an incident's calls. */
export interface CallSearch {
  readonly range: TimeRange;
  readonly badOnly: boolean;
  readonly feature?: string | undefined;
  readonly customer?: string | undefined;
}

export interface CallRow {
  readonly trace_id: string;
  readonly span_id: string;
  readonly time: string;
  /** Nanoseconds since the epoch, for the cursor. */
  readonly nanos: string;
  readonly feature: string;
  readonly customer: string;
  readonly prompt_version: string;
  readonly model: string;
  readonly user_id: string;
  readonly x: number;
  readonly reason: string;
  readonly latency_ms: number | null;
  readonly cost: string | null;
}

/** Place after which a page goes on: calls are listed newest first. */
export interface CallCursor {
  readonly nanos: string;
  readonly span: string;
}

function conditionOf({ badOnly, feature, customer }: CallSearch): { sql: string; params: Record<string, unknown> } {
  const parts = ['1'];
  if (badOnly) parts.push('x > 0');
  if (feature !== undefined) parts.push('feature = {feature:String}');
  if (customer !== undefined) parts.push('customer = {customer:String}');
  return {
    sql: parts.join(' AND '),
    params: { ...(feature === undefined ? {} : { feature }), ...(customer === undefined ? {} : { customer }) },
  };
}

export async function listCalls(
  clickhouse: ClickHouse,
  events: SliEvents,
  search: CallSearch,
  limit: number,
  after?: CallCursor,
): Promise<CallRow[]> {
  const { sql, params } = conditionOf(search);
  const later =
    after === undefined
      ? ''
      : ` AND (toUnixTimestamp64Nano(time), concat(trace_id, span_id)) < ({nanos:Int64}, {span:String})`;
  return clickhouse.query<CallRow>(
    `SELECT trace_id, span_id, time, toString(toUnixTimestamp64Nano(time)) AS nanos, toString(feature) AS feature,
       toString(customer) AS customer, toString(prompt_version) AS prompt_version, model, user_id, x, reason, latency_ms,
       toString(cost) AS cost
     FROM (SELECT * FROM ${events.sql} WHERE ${sql}${later})
     ORDER BY toUnixTimestamp64Nano(time) DESC, concat(trace_id, span_id) DESC LIMIT {limit:UInt32}`,
    { ...events.params, ...params, ...seconds(search.range), limit, ...after },
  );
}

export interface CallTotals {
  readonly total: number;
  readonly bad: number;
  readonly users: number;
  readonly cost: string;
}

/** What the same calls add up to. */
export async function totalCalls(clickhouse: ClickHouse, events: SliEvents, search: CallSearch): Promise<CallTotals> {
  const { sql, params } = conditionOf(search);
  const rows = await clickhouse.query<CallTotals>(
    `SELECT count() AS total, countIf(x > 0) AS bad, uniqExactIf(user_id, user_id != '') AS users,
       toString(sum(ifNull(cost, 0))) AS cost
     FROM ${events.sql} WHERE ${sql}`,
    { ...events.params, ...params, ...seconds(search.range) },
  );
  return rows[0] ?? { total: 0, bad: 0, users: 0, cost: '0' };
}
