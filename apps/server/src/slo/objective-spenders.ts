import type { ClickHouse } from '@plimsoll/clickhouse';
import type { GroupDimension, ObjectiveWrite } from '@plimsoll/contract';
import { budgetShareOf, emptyWindow, sliKindOf, toNumber } from '@plimsoll/slo';
import { groupedBy } from './grouped.js';
import { spendersBy } from './slo-points.queries.js';

const spenderLimit = 20;
const spenderDimensions = ['feature', 'customer', 'model', 'promptVersion'] as const;

/** What spent the budget, by each dimension that people ask for and those the objective is grouped by, the worst first. */
export async function spendersOf(
  clickhouse: ClickHouse,
  definition: ObjectiveWrite,
  range: Parameters<typeof spendersBy>[1],
) {
  const share = toNumber(budgetShareOf(definition));
  const kind = sliKindOf(definition.indicator.kind);
  const dimensions = [...new Set<GroupDimension>([...spenderDimensions, ...definition.groupBy])];
  const found = groupedBy(
    await spendersBy(clickhouse, range, definition, dimensions, spenderLimit),
    (row) => row.dimension,
  );
  const byDimension = dimensions.map((dimension) =>
    (found.get(dimension) ?? []).map((row) => {
      const sums = { sumW: row.eligible, sumWx: row.bad, eligible: row.eligible, bad: row.bad };
      const money = { cost: BigInt(row.cost_pico), outcomes: row.outcomes };
      const { eligible, bad } = kind.eventSums({ ...emptyWindow.whole, ...sums, ...money }, definition.indicator);
      return { dimension, value: row.value, eligible, bad: typeof bad === 'number' ? bad : toNumber(bad) };
    }),
  );
  return byDimension.flatMap((rows) => {
    const allowed = share * rows.reduce((sum, row) => sum + row.eligible, 0);
    return rows.map((row) => ({
      ...row,
      errorRatio: row.eligible > 0 ? row.bad / row.eligible : null,
      budgetShare: allowed > 0 ? row.bad / allowed : null,
    }));
  });
}
