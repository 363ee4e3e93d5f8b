import type { Detector } from '../detector.js';
import { longestPrefix } from '../prefix.js';

/** Numbers in the international form (E.164, at most 15 digits). Local forms look like order numbers: use a rule of your own. */
export const phone: Detector = {
  id: 'phone',
  title: 'Phone numbers in the international form',
  hint: /\+\d|00[1-9]/,
  // Two zeros also begin the decimals of a small number, and a group of a long one.
  pattern: /(?:(?<![\w+])\+|(?<![\w+.,]|\d )00)[1-9](?:[ \u00a0./()-]{0,2}\d){7,18}(?!\d)/g,
  confirm: (candidate) =>
    longestPrefix(candidate, (digits) => {
      const length = candidate.startsWith('00') ? digits.length - 2 : digits.length;
      return length >= 8 && length <= 15;
    }),
};
