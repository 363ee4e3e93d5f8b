import type { ClickHouse } from '@plimsoll/clickhouse';
import { startTestClickHouse } from '@plimsoll/clickhouse/testing';
import { readSettings } from '@plimsoll/contract';
import { startTestPostgres } from '@plimsoll/postgres/testing';
import type { DataSource } from 'typeorm';
import { PassCursors } from '../pass-cursors.js';
import { Retentions } from '../retention.js';
import { RollupsService } from '../rollups.service.js';

export const project = '00000000-0000-4000-8000-000000000001';
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Half past noon of yesterday (UTC): a range of minutes ends where a day does, and no test shall meet that end by the clock. */
const base = new Date(Math.floor(Date.now() / dayMs - 1) * dayMs + 12.5 * hourMs);

/** Both stores, and as many workers as a test wants. */
export interface RollupsWorld {
  readonly clickhouse: ClickHouse;
  readonly dataSource: DataSource;
  /** A worker of its own: it remembers nothing that another did. */
  newService(retention?: string): RollupsService;
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<RollupsWorld> {
  const [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  const { clickhouse } = store;
  const { dataSource } = await postgres.createDatabase();
  return {
    clickhouse,
    dataSource,
    newService: (retention = 'forever') => {
      const settings = readSettings({ PLIMSOLL_RETENTION: retention });
      const service = new RollupsService(clickhouse, new PassCursors(dataSource), new Retentions(dataSource, settings));
      service.onApplicationBootstrap();
      return service;
    },
    empty: async () => {
      for (const table of [
        'spans',
        'traces',
        'scores',
        'outcomes',
        'minute_rollup',
        'hour_rollup',
        'dimension_values',
      ]) {
        await clickhouse.command(`TRUNCATE TABLE ${table}`);
      }
      await dataSource.query('DELETE FROM cursors');
    },
    stop: async () => {
      await Promise.all([store.stop(), postgres.stop()]);
    },
  };
}

export interface GivenSpan {
  readonly id: string;
  readonly trace?: string;
  readonly parent?: string;
  /** Minutes after the base at which it ends. */
  readonly at: number;
  readonly seconds?: number;
  readonly [column: string]: unknown;
}

/** Minutes after the base. */
export function at(minutes: number): Date {
  return new Date(base.getTime() + minutes * minuteMs);
}

/** Stores finished chat calls of a second, except where a span says otherwise. */
export async function send(clickhouse: ClickHouse, ...given: GivenSpan[]): Promise<void> {
  await clickhouse.insert(
    'spans',
    given.map(({ id, trace, parent, at: minutes, seconds, ...columns }) => ({
      project,
      trace_id: trace ?? id,
      span_id: id,
      parent_span_id: parent ?? '',
      time: at(minutes),
      end_time: at(minutes),
      start_time: new Date(at(minutes).getTime() - (seconds ?? 1) * 1000),
      finished: 1,
      kind: 'generation',
      status: 'ok',
      cost: '0.25',
      cost_currency: 'USD',
      tokens_input: 10,
      tokens_cache_read: 5,
      tokens_output: 3,
      expires_on: '2149-06-06',
      ...columns,
    })),
  );
}

interface Minute {
  readonly minute: string;
  readonly spans: number;
  readonly calls: number;
  readonly cost: string;
}

/** Minutes after the base, spans, calls, cost. */
export async function minutes(clickhouse: ClickHouse): Promise<[number, number, number, string][]> {
  const rows = await clickhouse.query<Minute>(
    'SELECT minute, spans, calls, cost FROM minute_rollup FINAL ORDER BY minute',
  );
  return rows.map((row) => [
    (new Date(row.minute).getTime() - base.getTime()) / minuteMs,
    row.spans,
    row.calls,
    row.cost,
  ]);
}

/** Calls by feature over all hours. */
export async function byFeature(clickhouse: ClickHouse): Promise<Record<string, number>> {
  const rows = await clickhouse.query<{ feature: string; calls: number }>(
    'SELECT feature, sum(calls) AS calls FROM hour_rollup FINAL GROUP BY feature HAVING calls > 0 ORDER BY feature',
  );
  return Object.fromEntries(rows.map((row) => [row.feature, row.calls]));
}
