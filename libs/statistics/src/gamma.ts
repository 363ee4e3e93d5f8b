const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
const MAX_ITERATIONS = 100_000;
const SMALLEST = 1e-300;

/** Natural logarithm of the gamma function for z > 0 (Lanczos below 15, Stirling's series from there). */
export function logGamma(z: number): number {
  if (z >= 15) return (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + stirlingSeries(z);
  if (z < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * z)) - logGamma(1 - z);
  const x = z - 1;
  let sum = LANCZOS[0] ?? 0;
  for (let i = 1; i < LANCZOS.length; i++) sum += (LANCZOS[i] ?? 0) / (x + i);
  const t = x + 7.5;
  return HALF_LOG_TWO_PI + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * Error of Stirling's formula, ln Gamma(z + 1) - ((z + 1/2) ln z - z + ln(2 pi)/2), for z >= 0.
 * Kept apart from logGamma because the difference of two large logarithms would lose its digits (Loader 2000).
 */
export function stirlingError(z: number): number {
  if (z >= 15) return stirlingSeries(z);
  return logGamma(z + 1) - (z + 0.5) * Math.log(z) + z - HALF_LOG_TWO_PI;
}

function stirlingSeries(z: number): number {
  const r = 1 / (z * z);
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / z;
}

/** Regularised lower incomplete gamma P(a, x) for a > 0, x >= 0. */
export function lowerGammaRatio(a: number, x: number): number {
  if (x <= 0) return 0;
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

/** Regularised upper incomplete gamma Q(a, x) = 1 - P(a, x), exact in the far tail. */
export function upperGammaRatio(a: number, x: number): number {
  if (x <= 0) return 1;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

function gammaPrefactor(a: number, x: number): number {
  return Math.exp(a * Math.log(x) - x - logGamma(a));
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_ITERATIONS; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * Number.EPSILON) break;
  }
  return sum * gammaPrefactor(a, x);
}

/** Lentz's evaluation of the continued fraction (Numerical Recipes 6.2). */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / SMALLEST;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < MAX_ITERATIONS; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / keepOffZero(an * d + b);
    c = keepOffZero(b + an / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < Number.EPSILON) break;
  }
  return h * gammaPrefactor(a, x);
}

function keepOffZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}
