import { expect, test } from 'vitest';
import { mailAddress } from './mail-address.js';

test.each([
  [
    { encryption: 'smtp', host: 'mail.example:587', from: 'p@example.com', to: 'a@example.com, b@example.com' },
    'smtp://mail.example:587?from=p%40example.com&to=a%40example.com%2Cb%40example.com',
  ],
  [
    { encryption: 'smtps', host: ' mail.example:465 ', from: 'p@example.com', to: 'a@example.com', user: 'p&q' },
    'smtps://mail.example:465?from=p%40example.com&to=a%40example.com&user=p%26q',
  ],
])('%o', (values, address) => {
  expect(mailAddress(values)).toBe(address);
});
