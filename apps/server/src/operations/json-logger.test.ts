import { expect, test } from 'vitest';
import { withoutSecrets } from './json-logger.js';

test.each([
  ['key plk_ab12cd34_s3cr3t-s3cr3t-s3cr3t failed', 'key plk_ab12cd34_*** failed'],
  [
    'connect postgres://plimsoll:hunter2@127.0.0.1:5432/plimsoll',
    'connect postgres://plimsoll:***@127.0.0.1:5432/plimsoll',
  ],
  ['header Bearer abcdefghijkl', 'header Bearer ***'],
  ['GET /sign-in?token=abc123&x=1', 'GET /sign-in?token=***&x=1'],
  ['https://example.org/path stays', 'https://example.org/path stays'],
])('%s', (given, expected) => {
  expect(withoutSecrets(given)).toBe(expected);
});
