import type { Detector } from '../detector.js';
import { apiKey } from './api-key.js';
import { card } from './card.js';
import { email } from './email.js';
import { iban } from './iban.js';
import { phone } from './phone.js';
import { token } from './token.js';

/** In this order: a card is not taken for a phone number, a key inside a bearer header goes with the header. */
export const detectors: readonly Detector[] = [token, apiKey, iban, card, email, phone];
