import { stirlingError } from './gamma.js';

const MAX_ITERATIONS = 1_000_000;
const SMALLEST = 1e-300;

/** Regularised incomplete beta I_x(a, b) = P(X <= x) for a Beta(a, b) variable, a > 0, b > 0. */
export function betaCdf(x: number, a: number, b: number): number {
  return split(x, 1 - x, a, b).lower;
}

/** P(X > x), with full relative precision where betaCdf is close to 1. */
export function betaSf(x: number, a: number, b: number): number {
  return split(x, 1 - x, a, b).upper;
}

/** The x with betaCdf(x, a, b) = p. */
export function betaInv(p: number, a: number, b: number): number {
  return quantile(p, a, b).x;
}

/** 1 - betaInv(p, a, b) without the loss of digits when the quantile is close to 1. */
export function betaInvComplement(p: number, a: number, b: number): number {
  return quantile(p, a, b).complement;
}

/** Density at x times x (1 - x): x^a (1-x)^b / B(a, b), by Loader's saddle point form, stable for a and b in the millions. */
function scaledDensity(x: number, y: number, a: number, b: number): number {
  const n = a + b;
  const logTerm = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  const binomial = Math.exp(logTerm) * Math.sqrt(n / (2 * Math.PI * a * b));
  return ((a * b) / n) * binomial;
}

/** a ln(a / mean) + mean - a, without cancellation near a = mean (Loader 2000, "bd0"). */
function deviance(a: number, mean: number): number {
  const gap = a - mean;
  if (Math.abs(gap) < 0.1 * (a + mean)) {
    const v = gap / (a + mean);
    let sum = gap * v;
    let term = 2 * a * v;
    for (let j = 1; j < 1000; j++) {
      term *= v * v;
      const next = sum + term / (2 * j + 1);
      if (next === sum) return next;
      sum = next;
    }
    return sum;
  }
  return a * Math.log(a / mean) + mean - a;
}

function split(x: number, y: number, a: number, b: number): { lower: number; upper: number } {
  if (Number.isNaN(x) || Number.isNaN(a) || Number.isNaN(b)) return { lower: Number.NaN, upper: Number.NaN };
  if (x <= 0) return { lower: 0, upper: 1 };
  if (y <= 0) return { lower: 1, upper: 0 };
  const density = scaledDensity(x, y, a, b);
  if (x < (a + 1) / (a + b + 2)) {
    const lower = (density * fraction(x, a, b)) / a;
    return { lower, upper: 1 - lower };
  }
  const upper = (density * fraction(y, b, a)) / b;
  return { lower: 1 - upper, upper };
}

/** Lentz's evaluation of the continued fraction of the incomplete beta (Numerical Recipes 6.4). */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / keepOffZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < MAX_ITERATIONS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keepOffZero(1 + even * d);
    c = keepOffZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keepOffZero(1 + odd * d);
    c = keepOffZero(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 3 * Number.EPSILON) break;
  }
  return h;
}

function keepOffZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}

/** Newton steps on logit(x), kept inside a bisection bracket, so that both ends keep their relative precision. */
function quantile(p: number, a: number, b: number): { x: number; complement: number } {
  if (!(p >= 0 && p <= 1) || !(a > 0) || !(b > 0)) return { x: Number.NaN, complement: Number.NaN };
  if (p === 0) return { x: 0, complement: 1 };
  if (p === 1) return { x: 1, complement: 0 };
  let low = -740;
  let high = 740;
  let logit = Math.log(a / b);
  for (let i = 0; i < 200; i++) {
    const { x, y } = fromLogit(logit);
    const { lower, upper } = split(x, y, a, b);
    const gap = p <= 0.5 ? lower - p : 1 - p - upper;
    if (gap === 0) break;
    if (gap > 0) high = logit;
    else low = logit;
    const newton = logit - gap / scaledDensity(x, y, a, b);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - logit) <= 1e-15 * Math.max(1, Math.abs(logit))) break;
    logit = next;
  }
  const { x, y } = fromLogit(logit);
  return { x, complement: y };
}

function fromLogit(logit: number): { x: number; y: number } {
  const e = Math.exp(-Math.abs(logit));
  const small = e / (1 + e);
  const large = 1 / (1 + e);
  return logit < 0 ? { x: small, y: large } : { x: large, y: small };
}
