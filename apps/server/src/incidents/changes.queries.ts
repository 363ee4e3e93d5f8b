import type { ClickHouse } from '@plimsoll/clickhouse';
import type { Change } from '@plimsoll/contract';

/** A stored change event, columns as in the table. */
export interface ChangeRow {
  readonly at: string;
  readonly change_id: string;
  readonly kind: Change['kind'];
  readonly feature: string;
  readonly attribute: string;
  readonly from_value: string;
  readonly to_value: string;
  readonly title: string;
  readonly link: string;
  readonly actor: string;
  readonly source: 'declared' | 'first_seen';
}

const columns = 'at, change_id, kind, feature, attribute, from_value, to_value, title, link, actor, source';

export interface ChangeSearch {
  readonly from: Date;
  readonly to: Date;
  readonly feature?: string | undefined;
  readonly kind?: string | undefined;
  readonly limit: number;
  /** Changes older than this one, for the next page. */
  readonly before?: { readonly at: string; readonly id: string } | undefined;
}

/** Newest first. Changes that name no feature concern every feature. */
export async function listChanges(clickhouse: ClickHouse, project: string, search: ChangeSearch): Promise<ChangeRow[]> {
  const { feature, kind, before } = search;
  const clauses = [
    feature === undefined ? '' : `AND feature IN ('', {feature:String})`,
    kind === undefined ? '' : 'AND kind = {kind:String}',
    before === undefined ? '' : 'AND (at, change_id) < ({beforeAt:DateTime64(6)}, {beforeId:String})',
  ];
  return clickhouse.query<ChangeRow>(
    // An earlier first sight writes the same change at another time: one id is one change.
    `SELECT ${columns} FROM (
       SELECT ${columns} FROM changes FINAL
       WHERE project = {project:String} AND at >= {from:DateTime64(6)} AND at < {to:DateTime64(6)} ${clauses.join(' ')}
       ORDER BY at, change_id LIMIT 1 BY change_id
     )
     ORDER BY at DESC, change_id DESC LIMIT {limit:UInt32}`,
    {
      project,
      from: search.from,
      to: search.to,
      limit: search.limit,
      ...(feature === undefined ? {} : { feature }),
      ...(kind === undefined ? {} : { kind }),
      ...(before === undefined ? {} : { beforeAt: before.at, beforeId: before.id }),
    },
  );
}

export type Version = Pick<ChangeRow, 'at' | 'kind' | 'feature' | 'attribute' | 'from_value' | 'to_value'>;

/** Versions that changes of these kinds went to, newest first: far enough back to know one that comes again. */
export async function findVersions(
  clickhouse: ClickHouse,
  project: string,
  kinds: readonly string[],
): Promise<Version[]> {
  return clickhouse.query(
    `SELECT at, kind, feature, attribute, from_value, to_value FROM changes FINAL
     WHERE project = {project:String} AND kind IN {kinds:Array(String)} AND to_value != ''
     ORDER BY at DESC LIMIT 2000`,
    { project, kinds: [...kinds] },
  );
}

export async function insertChanges(
  clickhouse: ClickHouse,
  project: string,
  rows: readonly ChangeRow[],
  expiresOn: string,
): Promise<void> {
  await clickhouse.insert(
    'changes',
    rows.map((row) => ({ project, ...row, expires_on: expiresOn })),
  );
}

/** A value of a dimension that a project's calls showed for the first time. */
export interface FirstSeen {
  readonly project: string;
  readonly dimension: string;
  /** The feature, for models and prompt versions; else empty. */
  readonly scope: string;
  readonly value: string;
  readonly first_seen: string;
  readonly predecessor: string;
}

/** Dimensions whose first sight is a change of the product. */
export const versionDimensions = ['prompt_version', 'model', 'provider', 'release'] as const;

/**
 * Values listed since `since` (the store's clock), each with the value that came before it in the same scope: of those
 * seen at least half an hour earlier and not long gone by then, the one that was new last. The first values of a scope
 * have none and are no change.
 */
export async function findFirstSeen(clickhouse: ClickHouse, since: Date): Promise<FirstSeen[]> {
  const rows = await clickhouse.query<FirstSeen>(
    `WITH listed AS (
       SELECT project, dimension, scope, value, min(first_seen) AS first, max(last_seen) AS last, min(first_ingested) AS ingested
       FROM dimension_values WHERE dimension IN {dimensions:Array(String)}
       GROUP BY project, dimension, scope, value
     )
     SELECT fresh.project AS project, fresh.dimension AS dimension, fresh.scope AS scope, fresh.value AS value,
       toDateTime64(any(fresh.first), 6, 'UTC') AS first_seen,
       ifNull(argMaxIf(older.value, older.first, older.first < fresh.first - INTERVAL 30 MINUTE
         AND older.last > fresh.first - INTERVAL 7 DAY), '') AS predecessor
     FROM (SELECT * FROM listed WHERE ingested >= {since:DateTime64(6)}) AS fresh
     INNER JOIN listed AS older
       ON older.project = fresh.project AND older.dimension = fresh.dimension AND older.scope = fresh.scope
     GROUP BY project, dimension, scope, value`,
    { dimensions: [...versionDimensions], since },
  );
  return rows.filter(({ predecessor }) => predecessor !== '');
}
