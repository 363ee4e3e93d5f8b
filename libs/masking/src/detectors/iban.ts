import type { Detector } from '../detector.js';

/** Lengths by country from the IBAN registry (SWIFT, ISO 13616). */
const lengths: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BR: 29,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  DO: 28,
  EE: 20,
  ES: 24,
  FI: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MT: 31,
  MU: 30,
  NL: 18,
  NO: 15,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  SA: 24,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
};

/** Remainder of the rearranged number modulo 97 must be 1 (ISO 7064 MOD 97-10). */
export function passesMod97(iban: string): boolean {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** Countries of the same length share an alternative; characters may stand in groups. */
function patternOf(length: number): string {
  const countries = Object.keys(lengths).filter((country) => lengths[country] === length);
  return `(?:${countries.join('|')})\\d{2}(?:[ \\u00a0-]?[A-Z0-9]){${length - 4}}`;
}

const shapes = [...new Set(Object.values(lengths))].map(patternOf);

export const iban: Detector = {
  id: 'iban',
  title: 'Bank account numbers (IBAN)',
  hint: /[A-Za-z]{2}\d\d/,
  pattern: new RegExp(`\\b(?:${shapes.join('|')})(?![A-Za-z0-9])`, 'gi'),
  confirm: (candidate) => (passesMod97(candidate.replace(/[ \u00a0-]/g, '')) ? candidate.length : 0),
};
