import { logGamma } from '@plimsoll/statistics';
import { type Counts, rateOf } from './cells.js';
import type { Stratum } from './mantel-haenszel.js';

/** Evidence is clipped: no single comparison speaks louder than 100 to 1. */
export const evidenceLimit = 2;

export interface Evidence {
  /** Natural logarithm of the Bayes factor "two rates" against "one rate". */
  readonly lnBayesFactor: number;
  /** Posterior probability that the exposed rate is the higher. */
  readonly probabilityWorse: number;
  /** log10 BF + log10(2 P(worse)), before the clip. */
  readonly unclipped: number;
  /** The same, clipped to [-2, 2]. */
  readonly log10: number;
}

/** Standard deviations beyond which a posterior has no mass that matters. */
const tail = 30;

const lnBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** ln BF of two binomial rates with uniform priors against one common rate. */
export function lnBetaBinomialBayesFactor(exposed: Counts, control: Counts): number {
  const apart =
    lnBeta(1 + exposed.bad, 1 + exposed.n - exposed.bad) + lnBeta(1 + control.bad, 1 + control.n - control.bad);
  const together = lnBeta(1 + exposed.bad + control.bad, 1 + exposed.n + control.n - exposed.bad - control.bad);
  return apart - together;
}

/**
 * P(p_exposed > p_control) under independent uniform priors, by Simpson's rule on one grid over where either posterior
 * has mass (a tail like exp(-x) still has 1e-13 beyond 30 standard deviations); good to about 1e-9.
 */
export function probabilityWorse(exposed: Counts, control: Counts): number {
  const [first, second] = [posterior(exposed), posterior(control)];
  if (first.mean - second.mean > tail * (first.deviation + second.deviation)) return 1;
  const low = Math.max(0, Math.min(first.low, second.low));
  const high = Math.min(1, Math.max(first.high, second.high));
  const finest = Math.min(first.deviation, second.deviation);
  const steps = Math.min(40_000, Math.max(2000, 2 * Math.ceil((high - low) / (finest / 60) / 2)));
  return overlap(first, second, low, (high - low) / steps, steps);
}

interface Posterior {
  readonly mean: number;
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
  readonly density: (p: number) => number;
}

function posterior({ n, bad }: Counts): Posterior {
  const [a, b] = [1 + bad, 1 + n - bad];
  const mean = a / (a + b);
  const deviation = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
  const normaliser = lnBeta(a, b);
  const power = (x: number, exponent: number): number => (exponent === 0 ? 0 : exponent * Math.log(x));
  const density = (p: number): number => Math.exp(power(p, a - 1) + power(1 - p, b - 1) - normaliser);
  return { mean, deviation, low: mean - tail * deviation, high: mean + tail * deviation, density };
}

/** Integral of first.density(p) * P(second < p): Simpson over step pairs, the inner distribution summed on the way. */
function overlap(first: Posterior, second: Posterior, low: number, step: number, steps: number): number {
  let below = 0;
  let sum = 0;
  let f0 = first.density(low) || 0;
  let g0 = second.density(low) || 0;
  for (let k = 1; k < steps; k += 2) {
    const middle = low + k * step;
    const [f1, g1] = [first.density(middle), second.density(middle)];
    const [f2, g2] = [first.density(middle + step) || 0, second.density(middle + step) || 0];
    const atMiddle = below + (step / 12) * (5 * g0 + 8 * g1 - g2);
    const atEnd = below + (step / 3) * (g0 + 4 * g1 + g2);
    sum += (step / 3) * (f0 * below + 4 * f1 * atMiddle + f2 * atEnd);
    [below, f0, g0] = [atEnd, f2, g2];
  }
  return Math.min(1, Math.max(0, sum));
}

export function weighEvidence(exposed: Counts, control: Counts): Evidence {
  const lnBayesFactor = lnBetaBinomialBayesFactor(exposed, control);
  const worse = probabilityWorse(exposed, control);
  const unclipped = lnBayesFactor / Math.LN10 + Math.log10(Math.max(2 * worse, 1e-300));
  return { lnBayesFactor, probabilityWorse: worse, unclipped, log10: clipEvidence(unclipped) };
}

export const clipEvidence = (log10: number): number => Math.min(evidenceLimit, Math.max(-evidenceLimit, log10));

/**
 * The control standardised to the strata of the exposed: its rate where the exposed are, with the number of events
 * that would measure this rate as well. Without it a pure change of mix reads as evidence in the pooled counts.
 */
export function standardiseControl(strata: readonly Stratum[]): Counts {
  const exposedN = strata.reduce((sum, { exposed }) => sum + exposed.n, 0);
  const pooled = rateOf({
    n: strata.reduce((sum, { control }) => sum + control.n, 0),
    bad: strata.reduce((sum, { control }) => sum + control.bad, 0),
  });
  let rate = 0;
  let variance = 0;
  for (const { exposed, control } of strata) {
    const weight = exposed.n / exposedN;
    // One event of prior weight at the pooled rate keeps a small stratum from claiming certainty.
    const p = (control.bad + pooled) / (control.n + 1);
    rate += weight * p;
    variance += (weight * weight * p * (1 - p)) / control.n;
  }
  const n = variance > 0 ? (rate * (1 - rate)) / variance : strata.reduce((sum, { control }) => sum + control.n, 0);
  return { n, bad: rate * n };
}
