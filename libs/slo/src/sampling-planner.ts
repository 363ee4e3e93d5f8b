import { alarmThreshold, expectedDelay } from './e-cusum.js';
import { toDecimalText, type Rational, fromNumber, multiply } from './rational.js';

export interface SamplingPlanInput {
  readonly scoredPerDay: number;
  /** Scored samples that say as much as one of a session of its own. */
  readonly designEffect: number;
  /** 1 - target. */
  readonly budgetShare: number;
  /** The bad rate that must be noticed. */
  readonly designBad: number;
  readonly daysBetweenFalseAlarms: number;
  /** Hours within which it must be noticed; null: only tell how long it takes. */
  readonly wantedHours: number | null;
  /** Price of one score; null when unknown. */
  readonly costPerScore: Rational | null;
}

export interface SamplingPlan {
  readonly threshold: number;
  readonly samples: number;
  readonly hours: number;
  /** How many times today's sampling brings the delay to the wanted hours; null without a wish. */
  readonly multiplier: number | null;
  /** Price of a day at that sampling, decimal string. */
  readonly costPerDay: string | null;
}

/**
 * "A fall to 85 % would be noticed in about 140 scored samples = 16.7 h at 200 a day; 3.35 times the sampling brings it
 * to 5 h and costs ...". First order (ln A / KL); the threshold is held at today's rate.
 */
export function planSampling(input: SamplingPlanInput): SamplingPlan {
  const threshold = alarmThreshold(input.scoredPerDay / input.designEffect, input.daysBetweenFalseAlarms);
  const samples = expectedDelay(threshold, input.designBad, input.budgetShare) * input.designEffect;
  const hours = (samples / input.scoredPerDay) * 24;
  const multiplier = input.wantedHours === null ? null : hours / input.wantedHours;
  const perDay = input.scoredPerDay * (multiplier ?? 1);
  const costPerDay =
    input.costPerScore === null ? null : toDecimalText(multiply(input.costPerScore, fromNumber(perDay)), 12);
  return { threshold, samples, hours, multiplier, costPerDay };
}
