import type { ClickHouse } from '@plimsoll/clickhouse';
import type { GroupDimension, ObjectiveWrite } from '@plimsoll/contract';
import { badShareOfSlice, SLICE_TOLERANCE } from '@plimsoll/slo';
import type { MinuteRange } from '../rollups/minute-recompute.js';
import { Parameters } from './parameters.js';
import { factsOf, objectivesOf } from './point-facts.queries.js';
import type { MinuteSpan } from './point-grain.js';
import { counted, pointColumns } from './point-source.queries.js';
import { groupCap, pointsBatches, type PointsSubject } from './point-subjects.js';

const sumColumns = Object.values(pointColumns);
const keyColumns = 'objective, group_key, stratum, minute';

function zero(column: string): string {
  if (column === 'cost') return 'toDecimal128(0, 12)';
  return column.startsWith('sum_') ? 'toFloat64(0)' : 'toUInt64(0)';
}

/** The columns of `sli_points` with their types, so that facts may leave out casts. */
const typedHeader = `SELECT '' AS objective, '' AS group_key, '' AS stratum, toDateTime(0, 'UTC') AS minute,
  ${sumColumns.map((name) => `${zero(name)} AS ${name}`).join(', ')} WHERE 0`;

function summed(subjects: readonly PointsSubject[], parts: readonly string[], parameters: Parameters): string {
  const sliced = subjects.flatMap(({ revisionId, definition }) => {
    const limit = badShareOfSlice(definition);
    return limit === null ? [] : [{ revisionId, limit }];
  });
  const sums = sumsOf(parts);
  if (sliced.length === 0) return sums;
  // A minute in place of its events: there or not, bad or not.
  const ids = parameters.add(
    'Array(String)',
    sliced.map(({ revisionId }) => revisionId),
  );
  const limits = parameters.add(
    'Array(Float64)',
    sliced.map(({ limit }) => limit),
  );
  const slices: Readonly<Record<string, string>> = {
    eligible: `if(s.share >= 0, least(s.eligible, toUInt64(1)), s.eligible)`,
    bad: `if(s.share >= 0, toUInt64(s.bad > s.share * s.eligible + ${SLICE_TOLERANCE}), s.bad)`,
  };
  const columns = sumColumns.map((name) => `${slices[name] ?? `s.${name}`} AS ${name}`);
  return `SELECT s.objective AS objective, s.group_key AS group_key, s.stratum AS stratum, s.minute AS minute, ${columns.join(', ')}
    FROM (SELECT *, transform(objective, ${ids}, ${limits}, toFloat64(-1)) AS share FROM (${sums})) AS s`;
}

function sumsOf(parts: readonly string[]): string {
  const sums = sumColumns.map((name) => `sum(part.${name}) AS ${name}`);
  return `SELECT part.objective AS objective, part.group_key AS group_key, part.stratum AS stratum, part.minute AS minute, ${sums.join(', ')}
    FROM (${[typedHeader, ...parts].join('\n UNION ALL ')}) AS part
    GROUP BY objective, group_key, stratum, minute`;
}

/** Facts under the keys that they add to: the whole, and their group. */
function pointsOfFacts(subjects: readonly PointsSubject[], parameters: Parameters): string[] {
  return factsOf(subjects, parameters).map(
    (facts) =>
      `SELECT objective, arrayJoin(group_keys) AS group_key, stratum, minute, ${sumColumns.join(', ')} FROM (${facts})`,
  );
}

/**
 * Rebuilds the points of some objectives within a range, thousands in one statement. Existing keys take part with zeros:
 * groups that vanished fall to zero in the same statement that writes the others.
 */
export async function recomputePoints(
  clickhouse: ClickHouse,
  range: MinuteRange,
  subjects: readonly PointsSubject[],
): Promise<void> {
  for (const batch of pointsBatches(subjects)) {
    const parameters = new Parameters();
    const existing = `SELECT ${keyColumns}, ${sumColumns.map(zero).join(', ')} FROM sli_points FINAL
      WHERE project = {project:String} AND objective IN ${objectivesOf(batch, parameters)}
        AND minute >= {from:DateTime} AND minute < {to:DateTime}`;
    const statement = `INSERT INTO sli_points (project, ${keyColumns}, ${sumColumns.join(', ')}, expires_on, version)
       SELECT {project:String}, ${keyColumns}, ${sumColumns.join(', ')}, toDate(minute) + 400, toUInt64(toUnixTimestamp64Micro(now64(6)))
       FROM (${summed(batch.subjects, [...pointsOfFacts(batch.subjects, parameters), existing], parameters)})`;
    const values = { ...parameters.values, project: range.projectId, from: range.from, to: range.to };
    await clickhouse.alone(() => clickhouse.command(statement, values));
  }
}

/** The points that definitions would have, without storing them; for backtests of what is not saved. */
export function previewStatement(subject: PointsSubject): {
  readonly sql: string;
  readonly params: Record<string, unknown>;
} {
  const parameters = new Parameters();
  const points = summed([subject], pointsOfFacts([subject], parameters), parameters);
  const isSliced = subject.definition.timeslice !== undefined;
  return { sql: isSliced ? withExpected(points, subject, parameters) : points, params: parameters.values };
}

/** All minutes of the range in place of those that had events. */
function withExpected(points: string, { revisionId, groups }: PointsSubject, parameters: Parameters): string {
  const keys = parameters.add('Array(String)', ['', ...groups]);
  const columns = sumColumns.map((name) => `${name === 'eligible' ? 'toUInt64(1)' : zero(name)} AS ${name}`);
  return `SELECT * REPLACE (toUInt64(0) AS eligible) FROM (${points})
    UNION ALL
    SELECT ${parameters.add('String', revisionId)} AS objective, arrayJoin(${keys}) AS group_key, '' AS stratum,
      toDateTime(arrayJoin(range(toUnixTimestamp({from:DateTime}), toUnixTimestamp({to:DateTime}), 60)), 'UTC') AS minute,
      ${columns.join(', ')}`;
}

export interface SpenderRow {
  readonly dimension: GroupDimension;
  readonly value: string;
  readonly eligible: number;
  readonly bad: number;
  /** Digits of units of 1e-12. */
  readonly cost_pico: string;
  readonly outcomes: number;
}

/** What each value of some dimensions added to an objective's sums within a range, the worst of each first; one pass. */
export async function spendersBy(
  clickhouse: ClickHouse,
  range: MinuteRange & { readonly excluded: readonly MinuteSpan[] },
  definition: ObjectiveWrite,
  dimensions: readonly GroupDimension[],
  limit: number,
): Promise<SpenderRow[]> {
  const parameters = new Parameters();
  const subjects = dimensions.map((dimension) => ({
    revisionId: dimension,
    definition: { ...definition, groupBy: [dimension] },
    groups: [],
  }));
  const parts = factsOf(subjects, parameters).map(
    (facts) => `SELECT objective, group_beyond, minute, sum_w, sum_wx, cost, outcomes FROM (${facts})`,
  );
  return clickhouse.query<SpenderRow>(
    `SELECT objective AS dimension, JSONExtractString(group_beyond, objective) AS value, sum(sum_w) AS eligible,
       sum(sum_wx) AS bad, toString(toInt128(sum(f.cost) * 1000000000000)) AS cost_pico, sum(f.outcomes) AS outcomes
     FROM (${parts.join('\n UNION ALL ')}) AS f WHERE 1${counted(range, 'minute')}
     GROUP BY objective, value ORDER BY bad DESC, sum(f.cost) DESC, value LIMIT {limit:UInt32} BY objective`,
    { ...parameters.values, project: range.projectId, from: range.from, to: range.to, limit },
  );
}

/** Group keys within a range that are not admitted, by objective, the first seen first; as many as could be admitted. */
export async function groupKeysBeyond(
  clickhouse: ClickHouse,
  range: MinuteRange,
  subjects: readonly PointsSubject[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const batch of pointsBatches(subjects)) {
    const parameters = new Parameters();
    const parts = factsOf(batch.subjects, parameters).map(
      (facts) => `SELECT objective, group_beyond, at FROM (${facts}) WHERE group_beyond != ''`,
    );
    const rows = await clickhouse.query<{ objective: string; group_key: string }>(
      `SELECT objective, group_beyond AS group_key FROM (${parts.join('\n UNION ALL ')})
       GROUP BY objective, group_beyond ORDER BY objective, min(at), group_beyond LIMIT ${groupCap} BY objective`,
      { ...parameters.values, project: range.projectId, from: range.from, to: range.to },
    );
    for (const { objective, group_key: key } of rows) {
      const keys = found.get(objective);
      if (keys === undefined) found.set(objective, [key]);
      else keys.push(key);
    }
  }
  return found;
}
