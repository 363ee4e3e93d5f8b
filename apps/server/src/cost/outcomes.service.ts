import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { outcome, type outcomeCreate, PlimsollError } from '@plimsoll/contract';
import { parseMoney, printMoney } from '@plimsoll/cost';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { onlyOnce } from '../incidents/only-once.js';
import {
  fillOutcomes,
  insertOutcomes,
  lastOutcomes,
  listOutcomes,
  type OutcomeRow,
  type OutcomeSubject,
  type StoredOutcomeRow,
  subjectsOfSpans,
  subjectsOfTraces,
} from './outcomes.queries.js';

type Outcome = z.output<typeof outcome>;
type OutcomeCreate = z.output<typeof outcomeCreate>;

/** Days that an outcome is kept: longer than spans, like every derived fact. */
const keptDays = 400;
const dayMs = 86_400_000;
/** How long before its outcome a trace may lie, to be found. */
const searchedMs = 8 * dayMs;
/** Events are sent sooner than spans: so long their trace may still come. Microseconds. */
const patienceMicros = 15n * 60_000_000n;
const aheadMs = 10 * 60_000;
const oldest = Date.UTC(2000, 0, 1);
const cursor = z.tuple([z.string(), z.string(), z.string()]);

/** @throws PlimsollError `invalid_input` for a clock that is wrong: such an event would be the last one for ever. */
function occurredAt(text: string, now: Date, field: string): Date {
  const time = new Date(text);
  if (time.getTime() > now.getTime() + aheadMs) {
    throw new PlimsollError('invalid_input', `${field}: is more than 10 minutes ahead of the clock here`, { field });
  }
  if (time.getTime() < oldest) throw new PlimsollError('invalid_input', `${field}: is before the year 2000`, { field });
  return time;
}

/** 38 digits, in units of 1e-12. */
const mostWorth = 10n ** 38n - 1n;

/**
 * A value in the one form that the store prints: `12.50` and `12.5` are one value.
 * @throws PlimsollError `invalid_input` for one that the store cannot hold.
 */
function worthOf(text: string, field: string): string {
  const amount = parseMoney(text, field);
  if (amount <= mostWorth && amount >= -mostWorth) return printMoney(amount);
  throw new PlimsollError('invalid_input', `${field}: has more than 26 digits before the point`, { field });
}

function outcomeOf(row: StoredOutcomeRow): Outcome {
  return {
    name: row.name,
    key: row.outcome_key,
    traceId: row.trace_id === '' ? null : row.trace_id,
    status: row.status,
    value: row.value,
    currency: row.currency === '' ? null : row.currency,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
  };
}

/** What became of a trace: appended, never changed; the last by time of occurrence counts. */
@Injectable()
export class OutcomesService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  /**
   * As `record`; the same `Idempotency-Key` with the same body answers with the first ones.
   * @throws PlimsollError `conflict` for the same key with another body, `unavailable` while the first is under way.
   */
  async recordOnce(projectId: string, events: readonly OutcomeCreate[], key: string | undefined): Promise<Outcome[]> {
    if (key === undefined) return this.record(projectId, events);
    const call = { projectId, route: 'POST /api/v1/outcomes', key };
    return onlyOnce(this.dataSource.manager, call, events, () => this.record(projectId, events));
  }

  /**
   * Appends events. Repeating one changes nothing: with its time it falls on its first copy, and without a time it is
   * dropped when the key already stands at that status.
   */
  async record(projectId: string, events: readonly OutcomeCreate[]): Promise<Outcome[]> {
    const now = new Date();
    const rows = events.map((event, index) =>
      this.rowOf(projectId, event, now, events.length === 1 ? '' : `${index}.`),
    );
    const timeless = rows.filter((_, index) => events[index]?.occurredAt === undefined);
    const known = new Map<string, StoredOutcomeRow>();
    for (const row of await lastOutcomes(
      this.clickhouse,
      projectId,
      timeless.map((each) => each.outcome_key),
    )) {
      known.set(JSON.stringify([row.name, row.outcome_key]), row);
    }
    const answered = rows.map((row, index) => {
      const last =
        events[index]?.occurredAt === undefined ? known.get(JSON.stringify([row.name, row.outcome_key])) : undefined;
      return last?.status === row.status && (row.value === null || last.value === row.value) ? last : row;
    });
    const fresh = answered.filter((row): row is OutcomeRow => 'project' in row);
    await this.fillSubjects(projectId, fresh);
    await insertOutcomes(this.clickhouse, fresh);
    return answered.map((row) => outcomeOf('received_at' in row ? row : { ...row, received_at: now.toISOString() }));
  }

  /** Gives events that came before their trace what it says of them, see `fillOutcomes`. */
  async settle(): Promise<void> {
    await fillOutcomes(this.clickhouse, (await this.clickhouse.now()) - patienceMicros);
  }

  async list(
    projectId: string,
    query: {
      name?: string | undefined;
      from?: string | undefined;
      to?: string | undefined;
      cursor?: string | undefined;
      limit: number;
    },
  ): Promise<{ items: Outcome[]; nextCursor: string | null }> {
    const position = query.cursor === undefined ? null : decodeCursor(query.cursor, cursor);
    const after = position === null ? null : { occurredAt: position[0], name: position[1], key: position[2] };
    const condition = { project: projectId, name: query.name ?? null, from: query.from ?? null, to: query.to ?? null };
    const rows = await listOutcomes(this.clickhouse, condition, after, query.limit + 1);
    const items = rows.slice(0, query.limit).map(outcomeOf);
    const last = items.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return { items, nextCursor: more ? encodeCursor([last.occurredAt, last.name, last.key]) : null };
  }

  /** Objectives count outcomes by feature and customer: an outcome has those of its trace, unless it says its own. */
  private async fillSubjects(projectId: string, rows: readonly OutcomeRow[]): Promise<void> {
    const open = rows.filter(({ feature, customer }) => feature === '' || customer === '');
    if (open.length === 0) return;
    const earliest = Math.min(...open.map((row) => Date.parse(row.occurred_at)));
    const condition = {
      project: projectId,
      traceIds: [...new Set(open.map((row) => row.trace_id).filter((id) => id !== ''))],
      keys: [...new Set(open.filter((row) => row.trace_id === '').map((row) => row.outcome_key))],
      since: new Date(earliest - searchedMs),
    };
    const subjects = new Map<string, OutcomeSubject>();
    const note = (found: readonly OutcomeSubject[]): void => {
      for (const subject of found) {
        for (const key of [subject.outcome_key, subject.trace_id]) {
          const known = subjects.get(key);
          const feature = known?.feature || subject.feature;
          subjects.set(key, { ...subject, feature, customer: known?.customer || subject.customer });
        }
      }
    };
    note(await subjectsOfTraces(this.clickhouse, condition));
    // A row without a feature may be that of a root which does not say it, while its calls do.
    const traceIds = condition.traceIds.filter((id) => (subjects.get(id)?.feature ?? '') === '');
    note(await subjectsOfSpans(this.clickhouse, { ...condition, traceIds }));
    for (const row of open) {
      const subject = subjects.get(row.trace_id === '' ? row.outcome_key : row.trace_id);
      if (row.feature === '') row.feature = subject?.feature ?? '';
      if (row.customer === '') row.customer = subject?.customer ?? '';
    }
  }

  private rowOf(projectId: string, event: OutcomeCreate, now: Date, path: string): OutcomeRow {
    const traceId = event.traceId?.toLowerCase() ?? '';
    const key = event.key === undefined || event.key === '' ? traceId : event.key;
    if (key === '') {
      throw new PlimsollError('invalid_input', `${path}traceId: an outcome needs a traceId or a key`, {
        field: `${path}traceId`,
      });
    }
    const occurred = event.occurredAt === undefined ? now : occurredAt(event.occurredAt, now, `${path}occurredAt`);
    return {
      project: projectId,
      name: event.name,
      outcome_key: key,
      trace_id: traceId,
      occurred_at: occurred.toISOString(),
      status: event.status,
      value: event.value === undefined ? null : worthOf(event.value, `${path}value`),
      currency: event.currency ?? '',
      feature: event.feature ?? '',
      customer: event.customer ?? '',
      expires_on: new Date(occurred.getTime() + keptDays * dayMs).toISOString().slice(0, 10),
    };
  }
}
