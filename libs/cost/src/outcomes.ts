import { divideHalfEven } from './money.js';

export type OutcomeStatus = 'success' | 'failure' | 'neutral';

export interface OutcomeCounts {
  success: number;
  failure: number;
  neutral: number;
  /** Traces of the cohort without an outcome yet. */
  undecided: number;
}

export interface CohortFigures {
  decided: number;
  /** 1e-12 USD; null when nothing is decided. */
  costPerOutcome: bigint | null;
  /** Cohort cost over successes, failed attempts included; null when there is no success ("none", not 0). */
  costPerSuccess: bigint | null;
  /** Cost of the decided traces alone over successes: the fair figure of a young cohort. */
  decidedCostPerSuccess: bigint | null;
  /** True while some of the cohort may still be decided. */
  provisional: boolean;
  undecidedShare: number | null;
  /** Undecided traces whose attribution window has ended: counted as not successful. */
  expired: number;
}

function per(cost: bigint | null, count: number): bigint | null {
  return cost === null || count === 0 ? null : divideHalfEven(cost, BigInt(count));
}

/** Figures of a cohort: traces that started in the period, with all their cost (cost-gpu 1.5). */
export function cohortFigures(
  cost: bigint,
  counts: OutcomeCounts,
  windowEnded: boolean,
  decidedCost: bigint | null = null,
): CohortFigures {
  const decided = counts.success + counts.failure + counts.neutral;
  const traces = decided + counts.undecided;
  return {
    decided,
    costPerOutcome: per(cost, decided),
    costPerSuccess: per(cost, counts.success),
    decidedCostPerSuccess: per(decidedCost, counts.success),
    provisional: !windowEnded && counts.undecided > 0,
    undecidedShare: traces === 0 ? null : counts.undecided / traces,
    expired: windowEnded ? counts.undecided : 0,
  };
}

export interface CohortTrace {
  traceId: string;
  outcomeKey: string | null;
  startedAtMs: number;
  cost: bigint;
}

export interface OutcomeEvent {
  traceId: string | null;
  key: string;
  status: OutcomeStatus;
  occurredAtMs: number;
  receivedAtMs: number;
}

export interface Cohort extends CohortFigures {
  cost: bigint;
  counts: OutcomeCounts;
}

/**
 * The cohort of these traces as it was known at `asOfMs`: of the events received by then, within the attribution
 * window of a trace, the last by time of occurrence counts (architecture 3a, rule 10).
 */
export function cohortAsOf(
  traces: readonly CohortTrace[],
  events: readonly OutcomeEvent[],
  windowMs: number,
  asOfMs: number,
): Cohort {
  const byKey = new Map<string, OutcomeEvent[]>();
  for (const event of events) {
    if (event.receivedAtMs > asOfMs) continue;
    for (const key of new Set([event.traceId, event.key])) {
      if (key !== null && key !== '') byKey.set(key, [...(byKey.get(key) ?? []), event]);
    }
  }
  const counts: OutcomeCounts = { success: 0, failure: 0, neutral: 0, undecided: 0 };
  let cost = 0n;
  let decidedCost = 0n;
  let windowEnded = true;
  for (const trace of traces) {
    cost += trace.cost;
    const known = [...(byKey.get(trace.traceId) ?? []), ...(byKey.get(trace.outcomeKey ?? '') ?? [])];
    let last: OutcomeEvent | undefined;
    for (const event of known) {
      const late = event.occurredAtMs >= trace.startedAtMs + windowMs;
      if (!late && (last === undefined || event.occurredAtMs >= last.occurredAtMs)) last = event;
    }
    if (last === undefined) {
      counts.undecided += 1;
      windowEnded &&= asOfMs >= trace.startedAtMs + windowMs;
    } else {
      counts[last.status] += 1;
      decidedCost += trace.cost;
    }
  }
  return { cost, counts, ...cohortFigures(cost, counts, windowEnded, decidedCost) };
}
