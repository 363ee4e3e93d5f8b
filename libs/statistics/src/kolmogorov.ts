import { logGamma } from './gamma.js';

/**
 * P(D+ >= x) of the one-sided one-sample statistic, exact (Birnbaum and Tingey 1951).
 * Summed in logarithms: single terms overflow from n of about 300.
 */
function oneSidedSf(n: number, x: number): number {
  if (x <= 0) return 1;
  if (x >= 1) return 0;
  const last = Math.floor(n * (1 - x));
  const logFactorial = logGamma(n + 1);
  let sum = 0;
  for (let j = 0; j <= last; j += 1) {
    const above = 1 - x - j / n;
    if (above <= 0 && n - j > 0) continue;
    const logChoose = logFactorial - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(logChoose + (n - j) * Math.log(above) + (j - 1) * Math.log(x + j / n));
  }
  return Math.min(1, x * sum);
}

type Matrix = Float64Array;

function multiply(a: Matrix, b: Matrix, size: number): Matrix {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let k = 0; k < size; k += 1) {
      const factor = a[i * size + k] as number;
      if (factor === 0) continue;
      for (let j = 0; j < size; j += 1)
        out[i * size + j] = (out[i * size + j] as number) + factor * (b[k * size + j] as number);
    }
  }
  return out;
}

/** The transition matrix H of Marsaglia, Tsang and Wang (2003), with h = k - n x. */
function transitionMatrix(size: number, h: number): Matrix {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) matrix[i * size + j] = i - j + 1 < 0 ? 0 : 1;
  const add = (i: number, j: number, value: number): void => {
    matrix[i * size + j] = (matrix[i * size + j] as number) + value;
  };
  for (let i = 0; i < size; i += 1) {
    add(i, 0, -(h ** (i + 1)));
    add(size - 1, i, -(h ** (size - i)));
  }
  if (2 * h - 1 > 0) add(size - 1, 0, (2 * h - 1) ** size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      for (let g = 1; g <= i - j + 1; g += 1) matrix[i * size + j] = (matrix[i * size + j] as number) / g;
    }
  }
  return matrix;
}

/** P(D < x), exact by matrix powers (Marsaglia, Tsang and Wang 2003). Affordable for n up to a few hundred. */
function exactCdf(n: number, x: number): number {
  const k = Math.floor(n * x) + 1;
  const size = 2 * k - 1;
  let power = transitionMatrix(size, k - n * x);
  let result: Matrix | undefined;
  for (let bits = n; bits > 0; bits >>= 1) {
    if (bits & 1) result = result ? multiply(result, power, size) : power;
    if (bits > 1) power = multiply(power, power, size);
  }
  let value = (result as Matrix)[(k - 1) * size + k - 1] as number;
  for (let i = 1; i <= n; i += 1) value = (value * i) / n;
  return value;
}

/** P(D < x), the three-term expansion of Pelz and Good (1976): better than 1e-7 beyond n = 140. */
function expansionCdf(n: number, x: number): number {
  const z = Math.sqrt(n) * x;
  const pi2 = Math.PI ** 2;
  const pi4 = pi2 ** 2;
  const pi6 = pi2 ** 3;
  const root = Math.sqrt(2 * Math.PI);
  const terms = [0, 0, 0, 0];
  const highest = Math.ceil((16 * z) / Math.PI);
  for (let k = 1; k <= highest; k += 1) {
    const m2 = (2 * k - 1) ** 2;
    const weight = Math.exp((-pi2 * m2) / (8 * z ** 2));
    const coefficients = [
      1,
      -(z ** 2) + (pi2 / 4) * m2,
      6 * z ** 6 + 2 * z ** 4 + ((2 * z ** 4 - 5 * z ** 2) * pi2 * m2) / 4 + (pi4 * (1 - 2 * z ** 2) * m2 ** 2) / 16,
      -30 * z ** 6 -
        90 * z ** 8 +
        (pi2 * (135 * z ** 4 - 96 * z ** 6) * m2) / 4 +
        (pi4 * (212 * z ** 4 - 60 * z ** 2) * m2 ** 2) / 16 +
        (pi6 * (5 - 30 * z ** 2) * m2 ** 3) / 64,
    ];
    coefficients.forEach((coefficient, order) => (terms[order] = (terms[order] as number) + coefficient * weight));
  }
  const divisors = [z, 6 * z ** 4, 72 * z ** 7, 6480 * z ** 10];
  let extraSecond = 0;
  let extraThird = 0;
  for (let k = 1; k <= highest; k += 1) {
    const weight = k ** 2 * Math.exp((-pi2 * k ** 2) / (2 * z ** 2));
    extraSecond += weight;
    extraThird += weight * (3 * z ** 2 - pi2 * k ** 2);
  }
  const orders = terms.map((term, order) => (term * root) / (divisors[order] as number));
  orders[2] = (orders[2] as number) - (extraSecond * pi2 * root) / (36 * z ** 3);
  orders[3] = (orders[3] as number) + (extraThird * pi2 * root) / (216 * z ** 6);
  return orders.reduce((sum, order, index) => sum + order / n ** (index / 2), 0);
}

const SMALL_SIZE = 140;

/**
 * P(D >= x) of the two-sided one-sample Kolmogorov-Smirnov statistic for n observations.
 * The choice of method by n and n x^2 follows Simard and L'Ecuyer (2011); the matrix powers overflow beyond n = 700.
 */
export function oneSampleKolmogorovSf(n: number, x: number): number {
  if (x >= 1) return 0;
  if (n * x <= 0.5) return 1;
  const scale = n * x * x;
  // Beyond these points the paths that cross both borders are negligible (Miller 1956).
  if (x >= 0.5 || scale >= (n <= SMALL_SIZE ? 4 : 2.2)) return Math.min(1, 2 * oneSidedSf(n, x));
  const cdf = n <= SMALL_SIZE || (n <= 500 && n * x ** 1.5 <= 1.4) ? exactCdf(n, x) : expansionCdf(n, x);
  return Math.min(1, Math.max(0, 1 - cdf));
}
