import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { type Change, type changeCreate, PlimsollError } from '@plimsoll/contract';
import { isRollback } from '@plimsoll/incidents';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import {
  type ChangeRow,
  findFirstSeen,
  type FirstSeen,
  findVersions,
  insertChanges,
  listChanges,
  type Version,
} from './changes.queries.js';
import { findIdempotent, keepIdempotent } from './idempotency.queries.js';
import { OutboxService } from './outbox.service.js';

type ChangeCreate = z.output<typeof changeCreate>;

export interface ChangeListQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly feature?: string | undefined;
  readonly kind?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const cursorKey = z.object({ at: z.string(), id: z.string() });
const route = 'POST /api/v1/changes';
const dayMs = 86_400_000;
/** Changes stay as long as the rollups do. */
const keptDays = 400;
/** A change that is older when it is declared is history: it is stored, and nobody is told. */
const toldMs = 3_600_000;
/** What was listed this long before the last look is looked at again: longer than an insert may take. */
const overlapMs = 120_000;

/** Other names of a dimension, as clients write them. */
const attributeAliases: Readonly<Record<string, string>> = {
  responseModel: 'model',
  response_model: 'model',
  prompt_version: 'promptVersion',
};
/** The dimension in which each kind shows when nobody says so. */
const attributeOfKind: Readonly<Record<string, string>> = {
  prompt: 'promptVersion',
  model: 'model',
  release: 'release',
};

/** What it is when a dimension shows a new value; calls that go to a new provider are routed otherwise. */
const kindOfDimension: Readonly<Record<string, Change['kind']>> = {
  prompt_version: 'prompt',
  model: 'model',
  provider: 'route',
  release: 'release',
};

/** Change events: declared by people and deploy hooks, or first seen in the spans. */
@Injectable()
export class ChangesService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(OutboxService) private readonly outbox: OutboxService,
  ) {}

  async list(projectId: string, query: ChangeListQuery): Promise<{ items: Change[]; nextCursor: string | null }> {
    const before = query.cursor === undefined ? undefined : decodeCursor(query.cursor, cursorKey);
    const rows = await listChanges(this.clickhouse, projectId, {
      from: new Date(query.from ?? 0),
      to: new Date(query.to ?? Date.now() + dayMs),
      feature: query.feature,
      kind: query.kind,
      limit: query.limit + 1,
      before,
    });
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return {
      items: items.map(changeOf),
      nextCursor: more ? encodeCursor({ at: last.at, id: last.change_id }) : null,
    };
  }

  /**
   * Stores declared changes in one block, and tells the channels that ask for them of those that are no history. The same
   * `Idempotency-Key` with the same body answers with the first ones.
   * @throws PlimsollError `conflict` for the same key with another body.
   */
  async declare(
    projectId: string,
    actor: string,
    body: readonly ChangeCreate[],
    idempotencyKey?: string,
  ): Promise<Change[]> {
    if (idempotencyKey === undefined)
      return this.storeAndTell(
        projectId,
        body.map((each) => rowOf(each, actor, randomUUID())),
      );
    const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const call = { projectId, route, key: idempotencyKey };
    const known = await findIdempotent<Change[]>(this.dataSource.manager, call);
    if (known !== null && known.bodyHash !== bodyHash) {
      throw new PlimsollError('conflict', 'header idempotency-key: was used with another body', {
        field: 'header idempotency-key',
      });
    }
    if (known !== null) return known.response;
    // The ids follow from the key: two racing calls store the same rows.
    const idOf = (index: number): string =>
      createHash('sha256').update(`${projectId} ${idempotencyKey} ${index}`).digest('hex').slice(0, 32);
    const changes = await this.storeAndTell(
      projectId,
      body.map((each, index) => rowOf(each, actor, idOf(index))),
    );
    await keepIdempotent(this.dataSource.manager, call, bodyHash, changes);
    return changes;
  }

  /** Stores changes that their sender repeats: one name is one change, told as it was told last. */
  async declareNamed(
    projectId: string,
    actor: string,
    named: readonly { readonly name: string; readonly change: ChangeCreate }[],
  ): Promise<Change[]> {
    if (named.length === 0) return [];
    const idOf = (name: string): string =>
      createHash('sha256')
        .update(JSON.stringify([projectId, name]))
        .digest('hex')
        .slice(0, 32);
    return this.store(
      projectId,
      named.map(({ name, change }) => rowOf(change, actor, idOf(name))),
    );
  }

  /** Reports versions that calls showed for the first time since `since`; returns where to look on. */
  async reportFirstSeen(since: Date): Promise<Date> {
    const now = new Date(Number((await this.clickhouse.now()) / 1000n));
    const found = await findFirstSeen(this.clickhouse, new Date(since.getTime() - overlapMs));
    for (const project of new Set(found.map((seen) => seen.project))) {
      const rows = found.filter((seen) => seen.project === project).map(rowOfFirstSeen);
      await insertChanges(this.clickhouse, project, rows, expiry());
    }
    return now;
  }

  private async storeAndTell(projectId: string, rows: readonly ChangeRow[]): Promise<Change[]> {
    const changes = await this.store(projectId, rows);
    const fresh = changes.filter(({ at }) => Date.parse(at) > Date.now() - toldMs);
    if (fresh.length > 0) await this.outbox.tellChanges(projectId, fresh);
    return changes;
  }

  private async store(projectId: string, rows: readonly ChangeRow[]): Promise<Change[]> {
    const titled = await this.withRollbacks(projectId, rows);
    await insertChanges(this.clickhouse, projectId, titled, expiry());
    return titled.map(changeOf);
  }

  /** Says of a change that goes back to an older version that it does. */
  private async withRollbacks(projectId: string, rows: readonly ChangeRow[]): Promise<ChangeRow[]> {
    const stored = await findVersions(this.clickhouse, projectId, [...new Set(rows.map(({ kind }) => kind))]);
    const lines = new Map<string, Version[]>();
    for (const change of [...stored, ...rows].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
      const line = lines.get(lineOf(change));
      if (line === undefined) lines.set(lineOf(change), [change]);
      else line.push(change);
    }
    return rows.map((row) => {
      const at = Date.parse(row.at);
      const inOrder = (lines.get(lineOf(row)) ?? []).filter((other) => Date.parse(other.at) < at);
      const versions = inOrder.flatMap(({ from_value, to_value }) => [from_value, to_value]);
      const earlier = [...versions, row.from_value].filter((version) => version !== '');
      return isRollback(row.kind, row.to_value, earlier) ? { ...row, title: rollbackTitle(row) } : row;
    });
  }
}

/** What changes one after the other: a later change of the same line replaces an earlier one. */
const lineOf = ({ kind, feature, attribute }: Version): string => JSON.stringify([kind, feature, attribute]);

/** A title that somebody wrote stays, with the rollback behind it. */
function rollbackTitle({ kind, feature, from_value, to_value, title }: ChangeRow): string {
  const steps = `rolled back to ${to_value}`;
  const isOwn = title !== titleOf(kind, feature, from_value, to_value);
  return isOwn ? `${title} (${steps})` : [kind, feature, steps].filter((part) => part !== '').join(' ');
}

const expiry = (): string => new Date(Date.now() + keptDays * dayMs).toISOString().slice(0, 10);

function rowOf(body: ChangeCreate, actor: string, id: string): ChangeRow {
  const named = body.attribute ?? (body.to === undefined ? undefined : attributeOfKind[body.kind]);
  return {
    at: body.at === undefined ? new Date().toISOString() : new Date(body.at).toISOString(),
    change_id: id,
    kind: body.kind,
    feature: body.feature ?? '',
    attribute: named === undefined ? '' : (attributeAliases[named] ?? named),
    from_value: body.from ?? '',
    to_value: body.to ?? '',
    title: body.title ?? titleOf(body.kind, body.feature, body.from, body.to),
    link: body.link ?? '',
    actor: body.actor ?? actor,
    source: 'declared',
  };
}

function rowOfFirstSeen(seen: FirstSeen): ChangeRow {
  const kind = kindOfDimension[seen.dimension] ?? 'release';
  const feature = seen.scope === '' ? undefined : seen.scope;
  const { value, predecessor } = seen;
  return {
    at: seen.first_seen,
    change_id: createHash('sha256')
      .update(JSON.stringify([seen.project, seen.dimension, seen.scope, value]))
      .digest('hex')
      .slice(0, 32),
    kind,
    feature: seen.scope,
    attribute: attributeAliases[seen.dimension] ?? seen.dimension,
    from_value: predecessor,
    to_value: value,
    title: titleOf(kind, feature, predecessor, value),
    link: '',
    actor: 'first seen in calls',
    source: 'first_seen',
  };
}

function titleOf(kind: string, feature?: string, from?: string, to?: string): string {
  const steps = from === undefined || from === '' ? (to ?? 'changed') : `${from} to ${to ?? 'something else'}`;
  return [kind, feature, steps].filter((part) => part !== undefined && part !== '').join(' ');
}

const orNull = (text: string): string | null => (text === '' ? null : text);

/** A stored change as the API shows it. */
export function changeOf(row: ChangeRow): Change {
  return {
    id: row.change_id,
    at: row.at,
    kind: row.kind,
    feature: orNull(row.feature),
    attribute: orNull(row.attribute),
    from: orNull(row.from_value),
    to: orNull(row.to_value),
    title: row.title,
    link: orNull(row.link),
    actor: orNull(row.actor),
    source: row.source,
  };
}
