import type { Detector } from '../detector.js';

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

/** Payment cards: 13 to 19 digits of an issuer's range that pass Luhn; order numbers and times mostly do not. */
export const card: Detector = {
  id: 'card',
  title: 'Payment card numbers',
  hint: /\d{4}/,
  pattern: /(?<![\d.])[2-6]\d{3}(?:[ -]?\d{2,6}){2,4}(?![\d.]\d)/g,
  confirm: (candidate) => {
    const digits = candidate.replace(/[ -]/g, '');
    return digits.length >= 13 && digits.length <= 19 && passesLuhn(digits);
  },
};
