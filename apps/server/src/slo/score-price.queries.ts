import type { ClickHouse } from '@plimsoll/clickhouse';

/** What a score of a scorer cost on average within a range, decimal text; null where none had a price. */
export async function scorePrice(
  clickhouse: ClickHouse,
  range: { readonly projectId: string; readonly from: Date; readonly to: Date },
  scorer: string,
): Promise<string | null> {
  const [row] = await clickhouse.query<{ each: string | null }>(
    `SELECT if(countIf(cost IS NOT NULL) = 0, NULL, toString(CAST(sum(ifNull(cost, 0)) AS Decimal(38, 12)) / count())) AS each
     FROM scores FINAL
     WHERE project = {project:String} AND scorer = {scorer:String} AND time >= {from:DateTime} AND time < {to:DateTime}`,
    { project: range.projectId, scorer, from: range.from, to: range.to },
  );
  return row?.each ?? null;
}
