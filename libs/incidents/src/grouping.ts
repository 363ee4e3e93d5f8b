/** What grouping needs to know of an incident. */
export interface GroupingFacts {
  readonly id: string;
  /** The feature or service it is about; null for the whole project. */
  readonly service: string | null;
  readonly sliKind: 'latency' | 'error' | 'quality' | 'cost';
  /** Id of its first suspect, when strong or possible. */
  readonly topSuspect: string | null;
  readonly badTraceIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly onset: number | null;
  /** Provider, model and GPU pool that nearly all of its bad calls share, e.g. `provider:openai`. */
  readonly dependencies: readonly string[];
  /** True when it is about a provider as a whole: its objective has no other filter. */
  readonly providerWide?: boolean;
}

export type GroupingReason = 'same objective' | 'same suspect' | 'same bad traces' | 'same onset and dependency';

const sameTraces = 0.5;
const sameOnsetMs = 10 * 60_000;

/** Why a new alert belongs to an open incident of the same service, or null. */
export function groupingReason(alert: GroupingFacts, open: GroupingFacts): GroupingReason | null {
  if (alert.service === null || alert.service !== open.service) return null;
  if (alert.topSuspect !== null && alert.topSuspect === open.topSuspect) return 'same suspect';
  if (jaccard(alert.badTraceIds, open.badTraceIds) >= sameTraces) return 'same bad traces';
  if (alert.onset === null || open.onset === null || Math.abs(alert.onset - open.onset) > sameOnsetMs) return null;
  return sharedDependency(alert, open) === null ? null : 'same onset and dependency';
}

/** A provider-wide error incident silences the notifications (not the timeline) of what depends on this provider. */
export function isInhibited(alert: GroupingFacts, by: GroupingFacts): boolean {
  if (by.providerWide !== true || by.sliKind !== 'error' || alert.id === by.id || alert.providerWide === true)
    return false;
  if (alert.sliKind !== 'error' && alert.sliKind !== 'latency') return false;
  return by.dependencies.some((name) => name.startsWith('provider:') && alert.dependencies.includes(name));
}

function sharedDependency(a: GroupingFacts, b: GroupingFacts): string | null {
  return a.dependencies.find((name) => b.dependencies.includes(name)) ?? null;
}

function jaccard(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [new Set(a), new Set(b)];
  const both = [...first].filter((id) => second.has(id)).length;
  const either = first.size + second.size - both;
  return either > 0 ? both / either : 0;
}
