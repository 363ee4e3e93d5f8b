import { windowOfStrata } from '@plimsoll/slo';
import type { BudgetBucket } from './budget-curve.js';
import type { ExclusionWindows } from './exclusion-windows.js';
import { groupedBy } from './grouped.js';
import type { CurrentObjective } from './objectives.service.js';
import type { MinuteSpan } from './point-grain.js';
import { slicedOf } from './point-subjects.js';
import type { PointsOf } from './point-source.queries.js';
import type { bucketTotals } from './point-sums.queries.js';

const sparkBuckets = 28;

/** Objectives whose points are read alike: from the same start and without the same windows. */
export function alike(
  exclusions: ExclusionWindows,
  list: readonly CurrentObjective[],
  startOf: (current: CurrentObjective) => number,
): { readonly start: number; readonly of: PointsOf; readonly group: readonly CurrentObjective[] }[] {
  const excludedOf = ({ revision }: CurrentObjective): readonly MinuteSpan[] => exclusions.of(revision.objectiveId);
  const groups = groupedBy(list, (current) => JSON.stringify([startOf(current), excludedOf(current)]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const revisionIds = group.map(({ revision }) => revision.id);
    const sliced = slicedOf(group.map(({ revision }) => revision));
    const of = { projectId: first.revision.projectId, revisionIds, excluded: excludedOf(first), sliced };
    return [{ start: startOf(first), of, group }];
  });
}

/** Some 28 buckets of a window, of whole hours where they are longer than that. */
export function sparkSeconds(windowSeconds: number): number {
  const seconds = windowSeconds / sparkBuckets;
  const unit = seconds > 3600 ? 3600 : 60;
  return Math.max(unit, Math.ceil(seconds / unit) * unit);
}

export function bucketsOf(rows: Awaited<ReturnType<typeof bucketTotals>>): BudgetBucket[] {
  const byStart = groupedBy(rows, ({ start }) => start);
  return [...byStart].map(([start, strata]) => ({ start, window: windowOfStrata(strata.map(({ totals }) => totals)) }));
}
