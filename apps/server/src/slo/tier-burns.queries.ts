import type { ClickHouse } from '@plimsoll/clickhouse';
import { PointSeries, type PointColumns, type PointTotals } from '@plimsoll/slo';
import { pointColumns, type PointsOf, pointSource } from './point-source.queries.js';

export interface EvenStretches {
  /** Minutes since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Minutes of each stretch, counted from `from`. */
  readonly grain: number;
}

/** Sums of the whole of one revision in equal stretches of minutes, of the columns asked for only. */
export async function evenStretches(
  clickhouse: ClickHouse,
  of: PointsOf,
  { from, to, grain }: EvenStretches,
  reads: readonly (keyof PointTotals)[],
): Promise<PointSeries> {
  const source = pointSource(of, reads, [from, to], from);
  const sum = (field: keyof PointTotals): string => {
    const total = `sum(p.${pointColumns[field]})`;
    return `${field === 'cost' ? `toString(toInt128(${total} * 1000000000000))` : total} AS sum_${field}`;
  };
  const arrays = reads.map(
    (field) => `arraySort((value, key) -> key, groupArray(s.sum_${field}), groupArray(s.stretch)) AS all_${field}`,
  );
  const rows = await clickhouse.query<{ stretches: number[] } & Record<string, (number | string)[]>>(
    `SELECT arraySort(groupArray(s.stretch)) AS stretches, ${arrays.join(', ')}
     FROM (
       SELECT stratum, toUInt32(intDiv(unix - {first:UInt32}, {seconds:UInt32})) AS stretch, ${reads.map(sum).join(', ')}
       FROM ${source.sql} AS p WHERE p.group_key = '' GROUP BY stratum, stretch) AS s
     GROUP BY stratum`,
    { ...source.params, first: from * 60, seconds: grain * 60 },
  );
  return PointSeries.ofColumns(
    rows.map((row): PointColumns => {
      const counted = reads.filter((field) => field !== 'cost');
      return {
        minutes: row.stretches.map((stretch) => from + stretch * grain),
        counted: Object.fromEntries(counted.map((field) => [field, (row[`all_${field}`] ?? []).map(Number)])),
        ...(reads.includes('cost') ? { cost: (row['all_cost'] ?? []).map((each) => BigInt(each)) } : {}),
      };
    }),
  );
}
