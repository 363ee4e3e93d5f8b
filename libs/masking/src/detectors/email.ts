import type { Detector } from '../detector.js';

/** Letters of every script: addresses and domains may have them (RFC 6531, RFC 5890). */
export const email: Detector = {
  id: 'email',
  title: 'E-mail addresses',
  hint: /@/,
  pattern: /(?<![\p{L}\p{N}_.+%-])[\p{L}\p{N}_+%][\p{L}\p{N}_.+%'-]{0,63}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu,
};
