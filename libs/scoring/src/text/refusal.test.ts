import { readFileSync } from 'node:fs';
import { cohensKappa } from '@plimsoll/statistics';
import { expect, test } from 'vitest';
import { refusalPhrase } from './index.js';

// LLMDrift (Chen, Zaharia, Zou 2023), Apache-2.0; see test/fixtures/llmdrift/README.md.
const rows = readFileSync(new URL('../../../../test/fixtures/llmdrift/sensitiveq.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as { output: string; answered: 0 | 1 });

test('agrees with the human labels of 400 answers to sensitive questions: kappa >= 0.70', () => {
  const table = [
    [0, 0],
    [0, 0],
  ];
  for (const { output, answered } of rows) {
    const row = table[refusalPhrase(output) === null ? 0 : 1] as number[];
    row[1 - answered] = (row[1 - answered] ?? 0) + 1;
  }
  expect(rows).toHaveLength(400);
  expect(cohensKappa(table)).toBeGreaterThanOrEqual(0.7);
});

test.each([
  ["I'm sorry, but I can't help with that.", true],
  ['I cannot provide instructions for that.', true],
  ['As an AI language model, I do not have access to your account.', true],
  ["I'm sorry to hear that your order is late. It will arrive on Monday.", false],
  ['I apologize for the delay. Your refund was sent on 3 May.', false],
  ['I cannot stress enough how important backups are.', false],
  ['The capital of France is Paris.', false],
  ['', false],
])('%s', (text, refused) => expect(refusalPhrase(text) !== null).toBe(refused));
