import { generator } from '@plimsoll/statistics';
import { divideHalfEven, MONEY_SCALE } from './money.js';

/** Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom (standard table); beyond, the normal's. */
const t95 = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];
const TREND_DAMPING = 0.9;
const SIMULATIONS = 2000;

export interface CostForecast {
  /** Sum over the horizon, 1e-12 USD. */
  amount: bigint;
  low: bigint;
  high: bigint;
  method: 'mean_of_last_days' | 'weekday_seasonal';
  daysUsed: number;
}

function toNumber(amount: bigint): number {
  return Number(amount) / 10 ** MONEY_SCALE;
}

/** An estimate in USD as 1e-12 units, never negative: spending is not. */
function toMoney(value: number): bigint {
  return value <= 0 ? 0n : BigInt(Math.round(value * 1e6)) * 10n ** BigInt(MONEY_SCALE - 6);
}

function sampleDeviation(values: readonly number[], parameters = 1): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - parameters));
}

/** Half-width for a sum of h further days: t(n-1) x s x sqrt(h + h^2/n). */
function halfWidth(deviation: number, n: number, horizon: number): number {
  const t = t95[n - 2] ?? 1.96;
  return t * deviation * Math.sqrt(horizon + horizon ** 2 / n);
}

interface Fit {
  /** Residuals of the days used. */
  residuals: number[];
  sum: number;
}

/** Weekday means over the days used, plus a linear trend of the remainder that fades by 0.9 a day. */
function fitSeasonal(values: readonly number[], horizon: number): Fit {
  const n = values.length;
  const weekday = Array.from({ length: 7 }, (_, day) => {
    const same = values.filter((_value, index) => index % 7 === day);
    return same.reduce((sum, value) => sum + value, 0) / same.length;
  });
  const seasonal = (index: number): number => weekday[index % 7] ?? 0;
  const centre = (n - 1) / 2;
  let cross = 0;
  let square = 0;
  for (const [index, value] of values.entries()) {
    cross += (index - centre) * (value - seasonal(index));
    square += (index - centre) ** 2;
  }
  const slope = cross / square;
  const residuals = values.map((value, index) => value - seasonal(index) - slope * (index - centre));
  let sum = 0;
  let damped = 0;
  for (let step = 1; step <= horizon; step += 1) {
    damped += TREND_DAMPING ** step;
    sum += seasonal(n - 1 + step) + slope * (centre + damped);
  }
  return { residuals, sum };
}

function simulate(fit: Fit, horizon: number, seed: number): { low: number; high: number } {
  const random = generator(seed);
  const sums = Array.from({ length: SIMULATIONS }, () => {
    let sum = fit.sum;
    for (let step = 0; step < horizon; step += 1) {
      sum += fit.residuals[Math.floor(random() * fit.residuals.length)] ?? 0;
    }
    return sum;
  }).sort((a, b) => a - b);
  return {
    low: sums[Math.floor(SIMULATIONS * 0.025)] ?? fit.sum,
    high: sums[Math.ceil(SIMULATIONS * 0.975) - 1] ?? fit.sum,
  };
}

/**
 * Cost of the next `horizon` days from full days, oldest first (cost-gpu 1.6); a partial day must not be among them.
 * Null with fewer than 3 full days. The interval is a 95 % one.
 */
export function forecastCost(fullDays: readonly bigint[], horizon: number, seed = 1): CostForecast | null {
  if (fullDays.length < 3 || horizon < 1) return null;
  if (fullDays.length < 14) {
    const used = fullDays.slice(-7);
    const total = used.reduce((sum, day) => sum + day, 0n);
    const amount = divideHalfEven(total * BigInt(horizon), BigInt(used.length));
    const half = halfWidth(sampleDeviation(used.map(toNumber)), used.length, horizon);
    const middle = toNumber(amount);
    return {
      amount,
      low: toMoney(middle - half),
      high: toMoney(middle + half),
      method: 'mean_of_last_days',
      daysUsed: used.length,
    };
  }
  const weeks = Math.min(4, Math.floor(fullDays.length / 7));
  const used = fullDays.slice(-7 * weeks).map(toNumber);
  const fit = fitSeasonal(used, horizon);
  let range = { low: 0, high: 0 };
  if (used.length >= 28) range = simulate(fit, horizon, seed);
  else {
    const half = halfWidth(sampleDeviation(fit.residuals, 2), used.length, horizon);
    range = { low: fit.sum - half, high: fit.sum + half };
  }
  return {
    amount: toMoney(fit.sum),
    low: toMoney(range.low),
    high: toMoney(range.high),
    method: 'weekday_seasonal',
    daysUsed: used.length,
  };
}
