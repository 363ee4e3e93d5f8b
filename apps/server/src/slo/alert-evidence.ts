import type { ClickHouse } from '@plimsoll/clickhouse';
import type { AlertEvidence, AlertTransition } from '@plimsoll/contract';
import {
  budgetShareOf,
  budgetState,
  objectiveWindow,
  sliKindOf,
  windowOfStrata,
  type FoldedTransition,
  type Tier,
} from '@plimsoll/slo';
import type { ObjectiveRevision } from './objective-revision.entity.js';
import { groupValues } from './group-values.js';
import type { MinuteSpan } from './point-grain.js';
import { slicedOf } from './point-subjects.js';
import { windowTotals } from './point-sums.queries.js';

/** The figures of the objective's whole window at an instant (milliseconds): what the budget looked like then. */
export async function budgetEvidence(
  clickhouse: ClickHouse,
  revision: ObjectiveRevision,
  groupKey: string,
  at: number,
  excluded: readonly MinuteSpan[],
): Promise<Pick<AlertEvidence, 'sli' | 'target' | 'budgetRemaining'>> {
  const { definition } = revision;
  const { start } = objectiveWindow(definition, at);
  const of = { projectId: revision.projectId, revisionIds: [revision.id], excluded, sliced: slicedOf([revision]) };
  const range = { ...of, from: new Date(start), to: new Date(at) };
  const rows = await windowTotals(clickhouse, range);
  const whole = windowOfStrata(rows.filter((row) => row.groupKey === groupKey).map((row) => row.totals)).whole;
  const sums = sliKindOf(definition.indicator.kind).eventSums(whole, definition.indicator);
  const state = budgetState(sums, budgetShareOf(definition));
  return { sli: state.sli, target: definition.target, budgetRemaining: state.remaining };
}

export interface TransitionParts {
  readonly id: string;
  readonly revision: ObjectiveRevision;
  readonly groupKey: string;
  readonly tier: Tier;
  readonly step: FoldedTransition;
  readonly decidedAt: Date;
  readonly evidence: AlertEvidence;
}

/** A transition in the words of the contract, as incidents take it. */
export function alertTransitionOf(parts: TransitionParts): AlertTransition {
  const { revision, step } = parts;
  const { definition } = revision;
  return {
    id: parts.id,
    projectId: revision.projectId,
    objectiveId: revision.objectiveId,
    revisionId: revision.id,
    objectiveRevision: revision.revision,
    objectiveSlug: definition.slug,
    objectiveName: definition.name,
    sliKind: definition.indicator.kind,
    filter: definition.filter,
    group: groupValues(definition, parts.groupKey) ?? {},
    environment: definition.filter.environment?.length === 1 ? (definition.filter.environment[0] ?? null) : null,
    tier: parts.tier.name,
    severity: parts.tier.severity,
    from: step.from,
    to: step.to,
    kind: step.kind as AlertTransition['kind'],
    minute: new Date(step.minute * 60_000).toISOString(),
    decidedAt: parts.decidedAt.toISOString(),
    flapping: step.flapping,
    evidence: parts.evidence,
  };
}
