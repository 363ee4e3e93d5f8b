import type { AlertEvidence, ObjectiveWrite } from '@plimsoll/contract';
import { designEffect } from './cluster-effect.js';
import { type AlertSignal } from './alert-state.js';
import { type EventSums, budgetState, exactBurn } from './budget.js';
import { durationText } from './duration.js';
import { exhaustionReason, withBudgetLeft } from './exhaustion.js';
import { sliKindOf } from './kinds/index.js';
import type { RoundedSums } from './kinds/sli-kind.js';
import { budgetShareOf, objectiveTiers } from './objective-terms.js';
import { outageLimit, outageReason, outageVerdict } from './outage.js';
import { type WindowTotals, emptyWindow, scoredShare } from './point-totals.js';
import { type Rational, exact, fromNumber, one, subtract, toNumber } from './rational.js';
import { judgedEstimate, plainSamples, type SampleTraits } from './sample-traits.js';
import { type SampledEstimate, defaultSufficiency, estimateInterval, lowerBound } from './sampled.js';
import { MIN_SCORED_SHORT, sampledTierVerdict } from './sampled-decision.js';
import type { Tier } from './tiers.js';
import { quickVerdict, tierVerdict, type TierVerdict } from './tier-verdict.js';

/** How sure the lower bound of a sampled bad share has to be. */
const certainty = { page: 0.995, ticket: 0.95 } as const;

/** Sums of the `seconds` before the end of the judged minute. */
export type Lookback = (seconds: number) => WindowTotals;

/** All that is needed to judge an objective, worked out once. */
export interface JudgedObjective {
  readonly definition: ObjectiveWrite;
  readonly tiers: readonly Tier[];
  readonly budgetShare: Rational;
  /** The same as a double. */
  readonly roundedShare: number;
  readonly windowSeconds: number;
  /** Of the scores of a sampled objective. */
  readonly samples: SampleTraits;
}

export function judgedObjective(
  definition: ObjectiveWrite,
  windowSeconds: number,
  samples: SampleTraits = plainSamples,
): JudgedObjective {
  const budgetShare = budgetShareOf(definition);
  return {
    definition,
    tiers: objectiveTiers(definition, windowSeconds),
    budgetShare,
    roundedShare: toNumber(budgetShare),
    windowSeconds,
    samples,
  };
}

export interface TierJudgement {
  readonly signal: AlertSignal;
  readonly burnLong: number | null;
  readonly burnShort: number | null;
  /** Evidence without what belongs to the whole window; made on demand, since most minutes change nothing. */
  readonly evidence: () => Omit<AlertEvidence, 'sli' | 'budgetRemaining' | 'target'>;
}

/** What one closed minute says about one tier. */
export function judgeTier(
  objective: JudgedObjective,
  tier: Tier,
  lookback: Lookback,
  sustainedDrop = false,
): TierJudgement {
  if (tier.rule === 'outage') return judgeOutage(objective, tier, lookback);
  if (tier.rule === 'exhaustion') return judgeExhaustion(objective, tier, lookback);
  return judgeBurn(objective, tier, lookback, sustainedDrop);
}

function judgeBurn(objective: JudgedObjective, tier: Tier, lookback: Lookback, sustainedDrop: boolean): TierJudgement {
  const kind = sliKindOf(objective.definition.indicator.kind);
  return kind.sampled
    ? judgeSampledTier(objective, tier, lookback, sustainedDrop)
    : judgeCountedTier(objective, tier, lookback);
}

/** Burn rates against what is left of the budget in this minute. */
function judgeExhaustion(objective: JudgedObjective, tier: Tier, lookback: Lookback): TierJudgement {
  const left = budgetLeft(objective, tier, lookback(objective.windowSeconds));
  const burning = judgeBurn(objective, withBudgetLeft(tier, left), lookback, false);
  return {
    signal: burning.signal,
    get burnLong() {
      return burning.burnLong;
    },
    get burnShort() {
      return burning.burnShort;
    },
    evidence: () => {
      const evidence = burning.evidence();
      return { ...evidence, reasons: [exhaustionReason(tier, left, evidence.burnLong), ...evidence.reasons] };
    },
  };
}

/** Share of the budget that remains, 1 without events; of samples the most that may, as sure as the severity asks. */
function budgetLeft(objective: JudgedObjective, { severity }: Tier, whole: WindowTotals): Rational {
  const { definition, budgetShare, roundedShare, samples } = objective;
  if (!sliKindOf(definition.indicator.kind).sampled) {
    return subtract(one, exactBurn(sumsOf(objective, whole), budgetShare));
  }
  const estimate = judgedEstimate(whole, samples);
  if (!(estimate.effectiveN > 0)) return one;
  return fromNumber(1 - lowerBound(estimate, certainty[severity]) / roundedShare);
}

function judgeOutage(objective: JudgedObjective, tier: Tier, lookback: Lookback): TierJudgement {
  const { definition, budgetShare, roundedShare } = objective;
  const limit = outageLimit(tier, budgetShare);
  const verdict = outageVerdict(limit, definition.minBad ?? 0, (seconds) => sumsOf(objective, lookback(seconds)));
  const { fires, clean, decisive, newest } = verdict;
  const ratio = ({ eligible, bad }: EventSums): number | null => (eligible > 0 ? Number(bad) / eligible : null);
  const burn = (sums: EventSums): number | null => {
    const share = ratio(sums);
    return share === null ? null : share / roundedShare;
  };
  const [burnLong, burnShort] = [burn(decisive), burn(newest)];
  return {
    signal: { enter: fires, clean: clean && !fires },
    burnLong,
    burnShort,
    evidence: () => ({
      ...windowsEvidence(
        { ...tier, longSeconds: decisive.seconds, shortSeconds: newest.seconds },
        decisive,
        newest,
        burnLong,
        burnShort,
      ),
      errorRatio: ratio(decisive),
      interval: null,
      reasons: [outageReason(verdict, limit)],
    }),
  };
}

function sumsOf(objective: JudgedObjective, window: WindowTotals): EventSums {
  const { indicator } = objective.definition;
  return sliKindOf(indicator.kind).eventSums(window.whole, indicator);
}

function judgeCountedTier(objective: JudgedObjective, tier: Tier, lookback: Lookback): TierJudgement {
  const { definition, budgetShare, windowSeconds } = objective;
  const whole = definition.volumeAware ? lookback(windowSeconds) : null;
  const windows = { long: lookback(tier.longSeconds), short: lookback(tier.shortSeconds), whole };
  const kind = sliKindOf(definition.indicator.kind);
  // An excess of money is no number of failures, so that guard says nothing there.
  const minBad = kind.bounded ? (definition.minBad ?? null) : 0;
  const rounded = (window: WindowTotals): RoundedSums => roundedSumsOf(objective, window);
  const quick = definition.volumeAware
    ? null
    : quickVerdict(tier, objective.roundedShare, rounded(windows.long), rounded(windows.short), minBad);
  let exactly: CountedVerdict | null = null;
  const verdict = (): CountedVerdict => (exactly ??= countedVerdict(objective, tier, windows, minBad));
  const { fires, clean } = quick ?? verdict();
  return {
    signal: { enter: fires === true, clean: clean !== false && fires !== true },
    get burnLong() {
      return verdict().burnLong;
    },
    get burnShort() {
      return verdict().burnShort;
    },
    evidence: () => {
      const { long, short, burnLong, burnShort } = verdict();
      return {
        ...windowsEvidence(tier, long, short, burnLong, burnShort),
        errorRatio: budgetState(long, budgetShare).errorRatio,
        interval: null,
        reasons: burnReasons(tier, budgetShare, long, short, burnLong, burnShort),
      };
    },
  };
}

interface CountedWindows {
  readonly long: WindowTotals;
  readonly short: WindowTotals;
  readonly whole: WindowTotals | null;
}

interface CountedVerdict extends TierVerdict {
  readonly long: EventSums;
  readonly short: EventSums;
}

function countedVerdict(
  objective: JudgedObjective,
  tier: Tier,
  windows: CountedWindows,
  minBad: number | null,
): CountedVerdict {
  const { definition, budgetShare, windowSeconds } = objective;
  const [long, short] = [sumsOf(objective, windows.long), sumsOf(objective, windows.short)];
  const sums = { long, short, whole: windows.whole === null ? null : sumsOf(objective, windows.whole), windowSeconds };
  const verdict = tierVerdict(tier, budgetShare, sums, { minBad, volumeAware: definition.volumeAware });
  return { ...verdict, long, short };
}

function roundedSumsOf({ definition }: JudgedObjective, window: WindowTotals): RoundedSums {
  const { indicator } = definition;
  const kind = sliKindOf(indicator.kind);
  if (kind.roundedSums !== undefined) return kind.roundedSums(window.whole, indicator);
  const { eligible, bad } = kind.eventSums(window.whole, indicator);
  return { eligible, bad: typeof bad === 'number' ? bad : toNumber(bad), noise: 0 };
}

/** The lengths that a sampled tier's short window may be grown to: half again each time, at most half the long one. */
export function grownShortSeconds(tier: Tier): number[] {
  const cap = Math.max(tier.shortSeconds, tier.longSeconds / 2);
  const lengths = [tier.shortSeconds];
  for (let seconds = tier.shortSeconds; seconds < cap;) {
    seconds = Math.min(cap, Math.ceil((seconds * 1.5) / 60) * 60);
    lengths.push(seconds);
  }
  return lengths;
}

/** The short window grown until it holds enough scored samples. */
function grownShort(tier: Tier, lookback: Lookback): WindowTotals {
  let window = emptyWindow;
  for (const seconds of grownShortSeconds(tier)) {
    window = lookback(seconds);
    if (window.whole.eligible >= MIN_SCORED_SHORT) return window;
  }
  return window;
}

function judgeSampledTier(
  objective: JudgedObjective,
  tier: Tier,
  lookback: Lookback,
  sustainedDrop: boolean,
): TierJudgement {
  const longWindow = lookback(tier.longSeconds);
  const shortWindow = grownShort(tier, lookback);
  const long = judgedEstimate(longWindow, objective.samples);
  const short = judgedEstimate(shortWindow, objective.samples);
  const budgetShare = objective.roundedShare;
  const burn = (estimate: SampledEstimate): number | null =>
    estimate.effectiveN > 0 ? estimate.errorRatio / budgetShare : null;
  return {
    signal: sampledSignal(objective, tier, longWindow, long, short, sustainedDrop),
    burnLong: burn(long),
    burnShort: burn(short),
    evidence: () => {
      const interval = long.effectiveN > 0 ? estimateInterval(long, 0.95) : null;
      const counts = (window: WindowTotals): EventSums => ({ eligible: window.whole.eligible, bad: window.whole.bad });
      return {
        ...windowsEvidence(tier, counts(longWindow), counts(shortWindow), burn(long), burn(short)),
        errorRatio: long.effectiveN > 0 ? long.errorRatio : null,
        interval: interval === null ? null : { low: interval.low, high: interval.high, level: 0.95 },
        reasons: [
          ...burnReasons(tier, objective.budgetShare, counts(longWindow), counts(shortWindow), burn(long), burn(short)),
          `lower bound of the bad share ${text(lowerBound(long, certainty[tier.severity]))} is compared with the allowed ${text(budgetShare)}`,
          `${text(long.effectiveN)} effective samples in the long window`,
          ...clusterReasons(objective.samples),
          ...judgeReasons(long),
        ],
      };
    },
  };
}

function clusterReasons({ clusters }: SampleTraits): string[] {
  const effect = designEffect(clusters);
  return clusters === null || effect === 1
    ? []
    : [
        `samples share sessions (${text(clusters.meanSize)} each, alike by ${text(clusters.correlation)}): ${text(effect)} of them say as much as one`,
      ];
}

function judgeReasons({ judged, errorRatio }: SampledEstimate): string[] {
  if (judged === undefined) return [];
  return [
    `the scorer calls ${text(judged.observed)} bad; by ${judged.error.labels} labels of people that is ${text(errorRatio)}`,
  ];
}

function sampledSignal(
  objective: JudgedObjective,
  tier: Tier,
  longWindow: WindowTotals,
  long: SampledEstimate,
  short: SampledEstimate,
  sustainedDrop: boolean,
): AlertSignal {
  if (longWindow.whole.population === 0 && longWindow.whole.eligible === 0) return { enter: false, clean: true };
  const enough = long.effectiveN >= defaultSufficiency.minEffectiveN - 1e-9;
  if (!enough || scoredShare(longWindow.whole) < defaultSufficiency.minScoredShare) return 'insufficient';
  return sampledTierVerdict({
    severity: tier.severity,
    factor: toNumber(tier.factor),
    budgetShare: objective.roundedShare,
    long,
    short,
    minBad: objective.definition.minBad ?? null,
    sustainedDrop,
  });
}

function windowsEvidence(
  tier: Tier,
  long: EventSums,
  short: EventSums,
  burnLong: number | null,
  burnShort: number | null,
): Pick<
  AlertEvidence,
  | 'burnLong'
  | 'burnShort'
  | 'factor'
  | 'longSeconds'
  | 'shortSeconds'
  | 'eligibleLong'
  | 'badLong'
  | 'eligibleShort'
  | 'badShort'
> {
  return {
    burnLong,
    burnShort,
    factor: toNumber(tier.factor),
    longSeconds: tier.longSeconds,
    shortSeconds: tier.shortSeconds,
    eligibleLong: long.eligible,
    badLong: toNumber(exact(long.bad)),
    eligibleShort: short.eligible,
    badShort: toNumber(exact(short.bad)),
  };
}

function burnReasons(
  tier: Tier,
  budgetShare: Rational,
  long: EventSums,
  short: EventSums,
  burnLong: number | null,
  burnShort: number | null,
): string[] {
  const line = (name: string, seconds: number, sums: EventSums, burn: number | null): string =>
    `${name} ${durationText(seconds)}: ${text(toNumber(exact(sums.bad)))} of ${text(sums.eligible)} / ${text(toNumber(budgetShare))} allowed = burn ${burn === null ? 'unknown' : text(burn)}, threshold ${text(toNumber(tier.factor))}`;
  return [line('long', tier.longSeconds, long, burnLong), line('short', tier.shortSeconds, short, burnShort)];
}

function text(value: number): string {
  return String(Number(value.toPrecision(4)));
}
