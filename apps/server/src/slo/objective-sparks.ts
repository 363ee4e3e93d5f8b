import type { ClickHouse } from '@plimsoll/clickhouse';
import type { ObjectiveSummary } from '@plimsoll/contract';
import { emptyWindow, objectiveWindow, windowOfStrata } from '@plimsoll/slo';
import { budgetCurve } from './budget-curve.js';
import type { ExclusionWindows } from './exclusion-windows.js';
import { groupedBy } from './grouped.js';
import { alike, bucketsOf, sparkSeconds } from './objective-readings.js';
import type { CurrentObjective } from './objectives.service.js';
import { bucketTotals } from './point-sums.queries.js';
import type { KnownTraits } from './sample-traits.js';

const hourMs = 3_600_000;

/** The course of each budget over its window, in some 28 points, by revision; those with the same window are read at once. */
export async function sparksOf(
  clickhouse: ClickHouse,
  exclusions: ExclusionWindows,
  list: readonly CurrentObjective[],
  { at, traits }: { readonly at: number; readonly traits: KnownTraits },
): Promise<ReadonlyMap<string, ObjectiveSummary['spark']>> {
  const sparks = new Map<string, ObjectiveSummary['spark']>();
  const startOf = ({ revision }: CurrentObjective): number => objectiveWindow(revision.definition, at).start;
  for (const { start, of, group } of alike(exclusions, list, startOf)) {
    const bucketSeconds = sparkSeconds((at - start) / 1000);
    // Whole hours where they fit: buckets that begin on an hour are read from the hour grain.
    const from = bucketSeconds % 3600 === 0 ? Math.ceil(start / hourMs) * hourMs : start;
    const range = { ...of, from: new Date(from), to: new Date(at) };
    const rows = groupedBy(await bucketTotals(clickhouse, range, bucketSeconds), ({ revisionId }) => revisionId);
    for (const { revision } of group) {
      const own = rows.get(revision.id) ?? [];
      const whole = windowOfStrata(own.map(({ totals }) => totals));
      const samples = traits.used(revision.definition);
      const curve = { whole, before: emptyWindow, buckets: bucketsOf(own), from, to: at, bucketSeconds, samples };
      const points = budgetCurve(revision.definition, curve);
      sparks.set(
        revision.id,
        points.map(({ t, budgetRemaining }) => ({ t, v: budgetRemaining })),
      );
    }
  }
  return sparks;
}
