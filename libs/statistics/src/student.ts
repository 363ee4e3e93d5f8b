import { betaCdf, betaInv, betaInvComplement } from './beta.js';

/** P(T <= t) of Student's distribution with df degrees of freedom. */
export function studentCdf(t: number, df: number): number {
  return t > 0 ? 1 - studentSf(t, df) : studentSf(-t, df);
}

/** P(T > t), with full relative precision in the upper tail. */
export function studentSf(t: number, df: number): number {
  if (t < 0) return 1 - studentSf(-t, df);
  const square = t * t;
  if (square > df) return betaCdf(df / (df + square), df / 2, 0.5) / 2;
  return (1 - betaCdf(square / (df + square), 0.5, df / 2)) / 2;
}

/** The t with P(T <= t) = p. */
export function studentInv(p: number, df: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : Number.NaN;
  if (p < 0.5) return -studentInv(1 - p, df);
  const tails = 2 * (1 - p);
  const x = betaInv(tails, df / 2, 0.5);
  const complement = betaInvComplement(tails, df / 2, 0.5);
  return Math.sqrt((df * complement) / x);
}
