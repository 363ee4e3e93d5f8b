import type { Detector } from '../detector.js';

/** Signed JSON tokens, bearer headers, and private keys in PEM form. */
export const token: Detector = {
  id: 'token',
  title: 'Signed tokens, bearer headers and private keys',
  hint: /eyJ|earer |PRIVATE KEY/,
  pattern:
    /\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}|\b[Bb]earer [A-Za-z0-9._~+/=-]{16,2000}|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s]{1,8000}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
};
