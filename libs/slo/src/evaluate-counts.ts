import type { EvalCountsOutput, SloEvalInput } from '@plimsoll/contract';
import { type EventSums, budgetShareSpent, budgetState, exhaustsInSeconds } from './budget.js';
import { durationSeconds, durationText } from './duration.js';
import { feasibilityWarning } from './guards.js';
import { MinuteSeries } from './minute-series.js';
import { type Rational, toNumber } from './rational.js';
import { detectionSeconds, resetSeconds } from './tier-delays.js';
import { type Severity, type Tier, isReachable, lintTiers } from './tiers.js';
import { isBadSlice } from './timeslices.js';
import { tierVerdict } from './tier-verdict.js';

/** Length in seconds; bounds (milliseconds since the epoch) only for a calendar period. */
export interface EvaluatedWindow {
  readonly seconds: number;
  readonly start: number | null;
  readonly end: number | null;
}

/** An objective with its windows and tiers worked out. */
export interface ObjectiveTerms {
  readonly budgetShare: Rational;
  readonly window: EvaluatedWindow;
  readonly tiers: readonly Tier[];
  readonly minBad: Readonly<Record<Severity, number>> | null;
  readonly volumeAware: boolean;
  /** Of a minute, where minutes count in place of events; else null. */
  readonly badShareOfSlice: number | null;
}

type Lookback = (seconds: number) => EventSums | null;

/** The lookback whose burn tells when the budget will be gone, where it is not the fastest tier's own. */
const RECENT_SECONDS = 3600;

/** Budget and tiers from sums per window, given as counts or added up from points. */
export function evaluateCounts(terms: ObjectiveTerms, input: SloEvalInput): EvalCountsOutput {
  const events =
    input.points === undefined
      ? fromCounts(input.counts ?? [])
      : fromPoints(slicesOf(terms, input.points), input.at ?? '');
  const lookback = terms.badShareOfSlice === null ? events : expected(events);
  const whole = wholeWindow(terms, input, lookback);
  const state = whole === null ? null : budgetState(whole, terms.budgetShare);
  const tiers = terms.tiers.map((tier) => evaluateTier(terms, tier, whole, lookback));
  const fires = (severity: Severity): boolean =>
    tiers.some((tier) => tier.severity === severity && tier.fires === true);
  return {
    state: whole === null ? null : whole.eligible > 0 ? 'ok' : 'no_traffic',
    sli: state?.sli ?? null,
    errorRatio: state?.errorRatio ?? null,
    burnRate: state?.burnRate ?? null,
    budget: {
      allowedBad: state?.allowedBad ?? null,
      consumed: state?.consumed ?? null,
      remaining: state?.remaining ?? null,
      exhaustsInSeconds: state === null ? null : exhaustion(terms, state.remaining, lookback),
    },
    window: { seconds: terms.window.seconds, start: isoOrNull(terms.window.start), end: isoOrNull(terms.window.end) },
    tiers,
    page: fires('page'),
    ticket: fires('ticket'),
    warnings: warningsOf(terms, whole),
  };
}

function fromCounts(counts: NonNullable<SloEvalInput['counts']>): Lookback {
  const sums = new Map<number, EventSums>();
  for (const [index, { window, eligible, bad }] of counts.entries()) {
    sums.set(durationSeconds(window, `counts[${index}].window`), { eligible, bad });
  }
  return (seconds) => sums.get(seconds) ?? null;
}

function fromPoints(points: NonNullable<SloEvalInput['points']>, at: string): Lookback {
  const series = new MinuteSeries(points.map(({ t, eligible, bad }) => ({ t: Date.parse(t), eligible, bad })));
  const end = Date.parse(at);
  return (seconds) => series.sums(end - seconds * 1000, end);
}

/** Minutes in place of the events of each; events stay as they are without timeslices. */
function slicesOf(
  { badShareOfSlice: share }: ObjectiveTerms,
  points: NonNullable<SloEvalInput['points']>,
): typeof points {
  if (share === null) return points;
  return points.map((point) => ({ ...point, eligible: 1, bad: isBadSlice(point, share) ? 1 : 0 }));
}

/** Every minute of a lookback counts, also those that nothing is known of. */
function expected(lookback: Lookback): Lookback {
  return (seconds) => {
    const sums = lookback(seconds);
    return sums === null ? null : { eligible: seconds / 60, bad: sums.bad };
  };
}

/** The objective's window: a rolling one, or the calendar period so far. */
function wholeWindow(terms: ObjectiveTerms, input: SloEvalInput, lookback: Lookback): EventSums | null {
  const { seconds, start } = terms.window;
  if (start === null || input.points === undefined) return lookback(seconds);
  const elapsed = (Date.parse(input.at ?? '') - start) / 1000;
  return lookback(Math.min(seconds, Math.max(0, elapsed)));
}

function evaluateTier(
  terms: ObjectiveTerms,
  tier: Tier,
  whole: EventSums | null,
  lookback: Lookback,
): EvalCountsOutput['tiers'][number] {
  const long = lookback(tier.longSeconds);
  const windows = { long, short: lookback(tier.shortSeconds), whole, windowSeconds: terms.window.seconds };
  const minBad = terms.minBad?.[tier.severity] ?? null;
  const verdict = tierVerdict(tier, terms.budgetShare, windows, { minBad, volumeAware: terms.volumeAware });
  const spent =
    long === null || whole === null
      ? null
      : budgetShareSpent(long, whole, terms.budgetShare, tier.longSeconds, terms.window.seconds);
  const errorRatio = long === null ? null : budgetState(long, terms.budgetShare).errorRatio;
  return {
    name: tier.name,
    severity: tier.severity,
    factor: toNumber(tier.factor),
    long: durationText(tier.longSeconds),
    short: durationText(tier.shortSeconds),
    budget: toNumber(tier.budget),
    burnLong: verdict.burnLong,
    burnShort: verdict.burnShort,
    volumeBurnLong: verdict.volumeBurnLong,
    volumeBurnShort: verdict.volumeBurnShort,
    budgetSpent: spent?.eventTrue ?? null,
    budgetSpentUniform: spent?.uniform ?? null,
    fires: verdict.fires,
    held: verdict.held,
    reachable: isReachable(tier, terms.budgetShare),
    detectionSeconds: errorRatio === null ? null : detectionSeconds(tier, terms.budgetShare, errorRatio),
    resetSeconds: errorRatio === null ? null : resetSeconds(tier, terms.budgetShare, errorRatio),
  };
}

function exhaustion(terms: ObjectiveTerms, remaining: number, lookback: Lookback): number | null {
  const recent = lookback(terms.tiers[0]?.longSeconds ?? RECENT_SECONDS) ?? lookback(RECENT_SECONDS);
  if (recent === null) return remaining <= 0 ? 0 : null;
  return exhaustsInSeconds(remaining, terms.window.seconds, budgetState(recent, terms.budgetShare).burnRate);
}

function warningsOf(terms: ObjectiveTerms, whole: EventSums | null): string[] {
  const warnings = lintTiers(terms.tiers, terms.budgetShare, terms.window.seconds);
  const feasibility = whole === null ? null : feasibilityWarning(whole, terms.budgetShare);
  return feasibility === null ? warnings : [...warnings, feasibility];
}

function isoOrNull(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
