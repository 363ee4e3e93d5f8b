import type { Detector } from '../detector.js';

export const email: Detector = {
  id: 'email',
  title: 'E-mail addresses',
  hint: /@/,
  pattern: /(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/g,
};
