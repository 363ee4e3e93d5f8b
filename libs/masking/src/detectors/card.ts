import type { Detector } from '../detector.js';
import { longestPrefix } from '../prefix.js';

/** Luhn check of ISO/IEC 7812-1 Annex B: every second digit from the right doubled, digit sums divisible by 10. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/**
 * Payment cards: 13 to 19 digits of an issuer's range that pass Luhn, at once or in the groups that are printed on cards;
 * order numbers, years and times mostly do not. What follows a card (its expiry, its code) may look like one more group.
 */
export const card: Detector = {
  id: 'card',
  title: 'Payment card numbers',
  hint: /\d{4}/,
  pattern:
    /(?<![\d.])(?:4\d{3}|5[0-8]\d{2}|6\d{3}|3[04-9]\d{2}|2[2-7]\d{2})(?:\d{9,15}|(?:[ \u00a0-]\d{4,6}){2,3}(?:[ \u00a0-]\d{1,3})?)(?!\.?\d)/g,
  confirm: (candidate) =>
    longestPrefix(candidate, (digits) => digits.length >= 13 && digits.length <= 19 && passesLuhn(digits)),
};
