import type { ClickHouse } from '@plimsoll/clickhouse';
import type { ObjectiveCallQuery } from '@plimsoll/contract';
import type { DataSource } from 'typeorm';
import { type EventDimension, eventDimensions, type SliEvents } from '../incidents/sli-events.queries.js';
import type { MinuteSpan } from '../slo/point-grain.js';
import { counted } from '../slo/point-source.queries.js';

export interface CallRow {
  trace_id: string;
  span_id: string;
  time_ns: string;
  /** What the list is ordered by, as an exact number. */
  sort_key: string;
  x: number;
  w: number;
  reason: string;
  feature: string;
  customer: string;
  provider: string;
  model: string;
  prompt_name: string;
  prompt_version: string;
  release: string;
  user_id: string;
  latency_ms: number | null;
  cost: string | null;
}

/** Events within whole seconds, less what exclusion windows take out, narrowed by dimensions. */
export interface CallSearch {
  readonly events: SliEvents;
  readonly from: Date;
  readonly to: Date;
  readonly excluded: readonly MinuteSpan[];
  readonly dimensions: Readonly<Partial<Record<EventDimension, string>>>;
}

export interface CallPosition {
  readonly key: string;
  readonly traceId: string;
  readonly spanId: string;
}

const sortKeys: Readonly<Record<ObjectiveCallQuery['sort'], string>> = {
  time: 'toInt128(toUnixTimestamp64Nano(event.time))',
  cost: 'toInt128(ifNull(event.cost, 0) * 1000000000000)',
};

const outcomes: Readonly<Record<ObjectiveCallQuery['outcome'], string>> = { bad: 'x > 0', good: 'x = 0', all: '1' };

function source(search: CallSearch): { sql: string; params: Record<string, unknown> } {
  const { events, from, to, dimensions } = search;
  const params: Record<string, unknown> = { ...events.params, from, to };
  const narrowed = Object.entries(dimensions).map(([name, value]) => {
    params[`is_${name}`] = value;
    const column = name === 'model' ? 'model' : eventDimensions[name as EventDimension];
    return ` AND toString(${column}) = {is_${name}:String}`;
  });
  return { sql: `${events.sql} AS event WHERE 1${narrowed.join('')}${counted(search, 'time')}`, params };
}

export async function listCalls(
  clickhouse: ClickHouse,
  search: CallSearch,
  { outcome, sort, limit }: Pick<ObjectiveCallQuery, 'outcome' | 'sort' | 'limit'>,
  after: CallPosition | null,
): Promise<CallRow[]> {
  const { sql, params } = source(search);
  const key = sortKeys[sort];
  const position =
    after === null
      ? ''
      : `AND (${key}, trace_id, span_id) < ({afterKey:Int128}, {afterTrace:String}, {afterSpan:String})`;
  return clickhouse.query<CallRow>(
    `SELECT trace_id, span_id, toString(toUnixTimestamp64Nano(event.time)) AS time_ns, toString(${key}) AS sort_key, x, w, reason, toString(feature) AS feature,
       toString(customer) AS customer, toString(provider) AS provider, toString(model) AS model,
       toString(prompt_name) AS prompt_name, toString(prompt_version) AS prompt_version, toString(release) AS release,
       user_id, latency_ms, if(event.cost IS NULL, NULL, toString(assumeNotNull(event.cost))) AS cost
     FROM ${sql} AND ${outcomes[outcome]} ${position}
     ORDER BY ${key} DESC, trace_id DESC, span_id DESC LIMIT {limit:UInt32}`,
    {
      ...params,
      limit,
      ...(after === null ? {} : { afterKey: after.key, afterTrace: after.traceId, afterSpan: after.spanId }),
    },
  );
}

export async function countCalls(
  clickhouse: ClickHouse,
  search: CallSearch,
): Promise<{ eligible: number; bad: number; cost: string }> {
  const { sql, params } = source(search);
  const [row] = await clickhouse.query<{ eligible: number; bad: number; cost: string }>(
    `SELECT toUInt32(count()) AS eligible, toUInt32(countIf(x > 0)) AS bad, toString(sum(ifNull(event.cost, 0))) AS cost
     FROM ${sql}`,
    params,
  );
  return row ?? { eligible: 0, bad: 0, cost: '0' };
}

/** With which definition and for which group an incident opened; null where the project has no such incident. */
export async function definitionOfIncident(
  database: DataSource,
  projectId: string,
  incidentId: string,
): Promise<{ definition: unknown; labels: Record<string, string>; revision_id: string } | null> {
  const rows = await database.query<{ definition: unknown; labels: Record<string, string>; revision_id: string }[]>(
    `SELECT r.definition, i.labels, i.revision_id FROM incidents i JOIN objective_revisions r ON r.id = i.revision_id
     WHERE i.project_id = $1 AND i.id = $2`,
    [projectId, incidentId],
  );
  return rows[0] ?? null;
}
