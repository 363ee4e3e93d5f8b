import { lowerGammaRatio, upperGammaRatio } from './gamma.js';

/** P(X <= x) of the chi-square distribution with df degrees of freedom. */
export function chiSquareCdf(x: number, df: number): number {
  return lowerGammaRatio(df / 2, x / 2);
}

/** P(X > x), with full relative precision in the far tail. */
export function chiSquareSf(x: number, df: number): number {
  return upperGammaRatio(df / 2, x / 2);
}
