import { studentSf } from './student.js';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function sampleVariance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/** Welch's t of two samples (positive: the first mean is larger); null where a variance of zero leaves it undefined. */
export interface WelchResult {
  readonly statistic: number | null;
  readonly degreesOfFreedom: number | null;
  readonly p: number | null;
}

/** Welch's unequal-variances t-test, two-sided. Two constant samples that differ have p = 0 and no finite t. */
export function welch(first: readonly number[], second: readonly number[]): WelchResult {
  const a = sampleVariance(first) / first.length;
  const b = sampleVariance(second) / second.length;
  const difference = mean(first) - mean(second);
  if (!(a + b > 0)) return { statistic: null, degreesOfFreedom: null, p: difference === 0 ? null : 0 };
  const statistic = difference / Math.sqrt(a + b);
  const degreesOfFreedom = (a + b) ** 2 / (a ** 2 / (first.length - 1) + b ** 2 / (second.length - 1));
  return { statistic, degreesOfFreedom, p: 2 * studentSf(Math.abs(statistic), degreesOfFreedom) };
}
