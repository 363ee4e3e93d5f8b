import type { ClickHouse } from '@plimsoll/clickhouse';
import type { EntityManager } from 'typeorm';
import type { MinuteSpan } from './point-grain.js';
import { counted } from './point-source.queries.js';

/** Events and bad events; weighted where a sample stands for more. */
export interface CountedEvents {
  readonly events: number;
  readonly bad: number;
}

export interface StoredCounter {
  readonly revisionId: string;
  readonly settledTo: Date;
  readonly settled: CountedEvents;
}

interface CounterRow {
  revision_id: string;
  settled_to: Date;
  settled_events: number;
  settled_bad: number;
}

/** The counters of some revisions, locked until the transaction ends; those that are new begin at `at` with nothing. */
export async function lockCounters(
  manager: EntityManager,
  revisionIds: readonly string[],
  at: Date,
): Promise<StoredCounter[]> {
  await manager.query(
    `INSERT INTO objective_counters (revision_id, settled_to) SELECT unnest($1::uuid[]), $2 ON CONFLICT DO NOTHING`,
    [revisionIds, at],
  );
  const rows = await manager.query<CounterRow[]>(
    `SELECT revision_id, settled_to, settled_events, settled_bad FROM objective_counters
     WHERE revision_id = ANY($1::uuid[]) ORDER BY revision_id FOR UPDATE`,
    [revisionIds],
  );
  return rows.map((row) => ({
    revisionId: row.revision_id,
    settledTo: row.settled_to,
    settled: { events: row.settled_events, bad: row.settled_bad },
  }));
}

/** Keeps what is settled now, and answers what may be shown: never less than before. */
export async function keepCounters(
  manager: EntityManager,
  counters: readonly (StoredCounter & { readonly now: CountedEvents })[],
): Promise<ReadonlyMap<string, CountedEvents>> {
  // TypeORM answers an UPDATE with rows and their number.
  const [rows] = await manager.query<[{ revision_id: string; shown_events: number; shown_bad: number }[], number]>(
    `UPDATE objective_counters AS counter SET settled_to = fresh.settled_to, settled_events = fresh.settled_events,
       settled_bad = fresh.settled_bad, shown_events = greatest(shown_events, fresh.events),
       shown_bad = greatest(shown_bad, fresh.bad)
     FROM unnest($1::uuid[], $2::timestamptz[], $3::float8[], $4::float8[], $5::float8[], $6::float8[])
       AS fresh (revision_id, settled_to, settled_events, settled_bad, events, bad)
     WHERE counter.revision_id = fresh.revision_id
     RETURNING counter.revision_id, shown_events, shown_bad`,
    [
      counters.map(({ revisionId }) => revisionId),
      counters.map(({ settledTo }) => settledTo),
      counters.map(({ settled }) => settled.events),
      counters.map(({ settled }) => settled.bad),
      counters.map(({ now }) => now.events),
      counters.map(({ now }) => now.bad),
    ],
  );
  return new Map(rows.map((row) => [row.revision_id, { events: row.shown_events, bad: row.shown_bad }]));
}

export interface CountedRange {
  readonly projectId: string;
  readonly revisionIds: readonly string[];
  readonly from: Date;
  readonly to: Date;
  /** What does not count. */
  readonly excluded: readonly MinuteSpan[];
}

export interface RangeEvents extends CountedEvents {
  readonly weightedEvents: number;
  readonly weightedBad: number;
}

/** Events of the whole of some revisions within a range. */
export async function eventsWithin(
  clickhouse: ClickHouse,
  range: CountedRange,
): Promise<ReadonlyMap<string, RangeEvents>> {
  if (range.from >= range.to || range.revisionIds.length === 0) return new Map();
  const rows = await clickhouse.query<{ objective: string; events: number; failed: number; w: number; wx: number }>(
    `SELECT objective, sum(eligible) AS events, sum(bad) AS failed, sum(sum_w) AS w, sum(sum_wx) AS wx
     FROM sli_points FINAL
     WHERE project = {project:String} AND objective IN {objectives:Array(String)} AND group_key = ''
       AND minute >= {from:DateTime} AND minute < {to:DateTime}${counted(range, 'minute')} GROUP BY objective`,
    { project: range.projectId, objectives: range.revisionIds, from: range.from, to: range.to },
  );
  return new Map(
    rows.map(({ objective, events, failed, w, wx }) => [
      objective,
      { events, bad: failed, weightedEvents: w, weightedBad: wx },
    ]),
  );
}
