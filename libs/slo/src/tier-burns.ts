import { sliKindOf } from './kinds/index.js';
import { lookbackLengths } from './lookback-edges.js';
import { judgeTier, type JudgedObjective } from './objective-judge.js';
import type { PointSeries } from './point-series.js';
import type { WindowTotals } from './point-totals.js';
import { judgedEstimate } from './sample-traits.js';
import { toNumber } from './rational.js';
import type { Tier } from './tiers.js';

/** Minutes since the epoch; `to` is the end of the newest closed minute. */
export interface TierBurnRange {
  readonly from: number;
  readonly to: number;
  /** Minutes a point stands for. */
  readonly bucket: number;
}

export interface TierBurnPoint {
  /** End of the judged minute. */
  readonly minute: number;
  readonly long: number | null;
  readonly short: number | null;
}

/** More moments than this are looked at only every so often: a chart is no evaluation. */
const mostMoments = 12_000;

/** Minutes between moments at which every window of the objective begins and ends with a stretch of the same length. */
export function burnGrain(objective: JudgedObjective): number {
  return [5, ...lookbackLengths({ ...objective, tiers: burningTiers(objective) })].reduce(greatestCommonDivisor);
}

/** An outage is no matter of burn rates over time, and what is left of a budget moves the limit of its exhaustion: no line. */
function burningTiers({ tiers }: JudgedObjective): readonly Tier[] {
  return tiers.filter(({ rule }) => rule !== 'outage' && rule !== 'exhaustion');
}

function greatestCommonDivisor(a: number, b: number): number {
  return b < 1 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Both windows of each tier over a range. A point is the moment of its bucket at which the lower of both windows burned
 * fastest, with the figures that the alert itself is judged by there; the last point is the range's end.
 */
export function tierBurns(
  objective: JudgedObjective,
  series: PointSeries,
  range: TierBurnRange,
): ReadonlyMap<Tier, readonly TierBurnPoint[]> {
  return new Map(burningTiers(objective).map((tier) => [tier, burnsOf(objective, tier, series, range)]));
}

function burnsOf(
  objective: JudgedObjective,
  tier: Tier,
  series: PointSeries,
  { from, to, bucket }: TierBurnRange,
): TierBurnPoint[] {
  const grain = burnGrain(objective);
  const stride = grain * Math.max(1, Math.ceil((to - from) / grain / mostMoments));
  const longMinutes = tier.longSeconds / 60;
  const shortMinutes = tier.shortSeconds / 60;
  const moments: number[] = [];
  let best: { bucket: number; minute: number; lower: number } | null = null;
  for (let minute = to - Math.floor((to - from - 1) / stride) * stride; minute <= to; minute += stride) {
    const index = Math.floor((minute - 1 - from) / bucket);
    const long = roughBurn(objective, series.totals(minute - longMinutes, minute));
    const short = roughBurn(objective, series.totals(minute - shortMinutes, minute));
    // Without an event in either window nothing burns; a moment that has events tells more.
    const lower = Math.min(long ?? -1, short ?? -1);
    if (best !== null && best.bucket !== index) {
      moments.push(best.minute);
      best = null;
    }
    if (best === null || lower > best.lower) best = { bucket: index, minute, lower };
  }
  if (best !== null) moments.push(best.minute);
  if (moments.at(-1) !== to) moments.push(to);
  return moments.map((minute) => {
    const judged = judgeTier(objective, tier, (seconds) => series.totals(minute - seconds / 60, minute));
    return { minute, long: judged.burnLong, short: judged.burnShort };
  });
}

/** Burn in doubles: enough to find the moment, whose burn is then worked out exactly. */
function roughBurn({ definition, roundedShare, samples }: JudgedObjective, window: WindowTotals): number | null {
  const { indicator } = definition;
  const kind = sliKindOf(indicator.kind);
  if (kind.sampled) {
    const { effectiveN, errorRatio } = judgedEstimate(window, samples);
    return effectiveN > 0 ? errorRatio / roundedShare : null;
  }
  const { eligible, bad } = kind.roundedSums?.(window.whole, indicator) ?? kind.eventSums(window.whole, indicator);
  return eligible > 0 ? (typeof bad === 'number' ? bad : toNumber(bad)) / eligible / roundedShare : null;
}
