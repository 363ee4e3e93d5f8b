import type { Detector } from '../detector.js';

const jwt = String.raw`(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}`;
const bearer = String.raw`\b[Bb]earer [A-Za-z0-9._~+/=-]{16,2000}`;
// "Basic" alone is a word.
const basic = String.raw`\b[Aa]uthorization["']{0,2} ?[:=] ?["']?[Bb]asic [A-Za-z0-9+/=]{8,2000}`;
// Up to its end or as far as it goes: a text may be cut off within. Encrypted keys have headers with single hyphens.
const privateKey =
  String.raw`-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[A-Za-z0-9+/=\s\\:,]|-(?!-)){1,16000}` +
  '(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?';

/** Signed JSON tokens, headers that carry credentials, and private keys in PEM form. */
export const token: Detector = {
  id: 'token',
  title: 'Signed tokens, bearer and basic headers, private keys',
  hint: /eyJ|earer |asic |PRIVATE KEY/,
  pattern: new RegExp([jwt, bearer, basic, privateKey].join('|'), 'g'),
};
