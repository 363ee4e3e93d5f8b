import { createHash } from 'node:crypto';
import type { GroupDigest } from '@plimsoll/contract';
import { type SampleTraits, windowOfStrata } from '@plimsoll/slo';
import type { AlertInstance } from './alert-instance.entity.js';
import { groupValues } from './group-values.js';
import { groupedBy } from './grouped.js';
import { windowView } from './objective-view.js';
import type { ObjectiveRevision } from './objective-revision.entity.js';
import { groupCap, otherGroup } from './point-subjects.js';
import type { RevisionTotals } from './point-sums.queries.js';

const shown = 10;

export interface DigestInput {
  readonly revision: Pick<ObjectiveRevision, 'definition'>;
  /** Keys in the order of their admission. */
  readonly admitted: readonly string[];
  /** Sums of the objective's window by group and stratum; `''` is the whole. */
  readonly totals: readonly RevisionTotals[];
  readonly instances: readonly AlertInstance[];
  readonly samples: SampleTraits;
}

/** The groups of an objective in short; null where nothing is grouped. */
export function digestOf({ revision, admitted, totals, instances, samples }: DigestInput): GroupDigest | null {
  const { definition } = revision;
  if (definition.groupBy.length === 0) return null;
  const active = groupedBy(
    instances.filter(({ state }) => state === 'firing' || state === 'resolving'),
    ({ groupKey }) => groupKey,
  );
  const strata = groupedBy(totals, ({ groupKey }) => groupKey);
  const groups = [...strata].map(([key, own]) => {
    const window = windowOfStrata(own.map((each) => each.totals));
    const { state } = windowView(definition, window, samples);
    const isCost = definition.indicator.kind === 'cost';
    const events = isCost ? window.whole.outcomes : window.whole.eligible;
    return {
      key,
      values: groupValues(definition, key) ?? {},
      eligible: events,
      bad: window.whole.bad,
      sli: isCost || events === 0 ? null : state.sli,
      budgetRemaining: events === 0 ? null : state.remaining,
      firing: (active.get(key) ?? []).map(({ tier }) => tier),
    };
  });
  const whole = groups.find(({ key }) => key === '')?.eligible ?? 0;
  const other = groups.find(({ key }) => key === otherGroup)?.eligible ?? 0;
  const left = (remaining: number | null): number => remaining ?? Infinity;
  return {
    by: definition.groupBy,
    admitted: admitted.length,
    cap: groupCap,
    otherShare: whole === 0 ? 0 : other / whole,
    firing: active.size,
    digest: createHash('sha256').update(JSON.stringify(admitted.toSorted())).digest('hex'),
    top: groups
      .filter(({ key }) => key !== '')
      .toSorted(
        (a, b) =>
          Number(b.firing.length > 0) - Number(a.firing.length > 0) ||
          left(a.budgetRemaining) - left(b.budgetRemaining),
      )
      .slice(0, shown),
  };
}
