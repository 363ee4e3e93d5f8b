import type { Detector } from '../detector.js';

/** Numbers in the international form (E.164, at most 15 digits). Local forms look like order numbers: use a rule of your own. */
export const phone: Detector = {
  id: 'phone',
  title: 'Phone numbers in the international form',
  hint: /\+\d|00[1-9]/,
  pattern: /(?<![\w+]|\d )(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,4}\)?){2,5}(?!\d)/g,
  confirm: (candidate) => {
    const digits = candidate.replace(/\D/g, '').replace(/^00/, '');
    return digits.length >= 8 && digits.length <= 15;
  },
};
