import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { detectors } from './detectors/index.js';
import { droppedContent, type MaskingPolicy } from './masker.js';
import { maskName } from './name-masker.js';

const nameKey = Buffer.from('a key of the project');
const policy: MaskingPolicy = { detectors, dropContent: false, nameKey };
const mail = 'ada@example.com';
const pseudonym = `[email:${createHmac('sha256', nameKey).update(mail).digest('hex').slice(0, 10)}]`;

test('the same finding has the same pseudonym, another key makes another one', () => {
  expect(maskName(mail, policy)).toEqual({ text: pseudonym, counts: { email: 1 } });
  expect(maskName(`seen/${mail}`, policy).text).toBe(`seen/${pseudonym}`);
  expect(maskName(mail, { ...policy, nameKey: Buffer.from('another') }).text).not.toBe(pseudonym);
  expect(maskName('bob@example.com', policy).text).not.toBe(pseudonym);
});

test('every use is counted, also of a name that is known', () => {
  expect([maskName(mail, policy).counts, maskName(mail, policy).counts]).toEqual([{ email: 1 }, { email: 1 }]);
});

test('names stay where content is dropped, but their secrets do not', () => {
  expect(maskName('gpt-4o', { ...policy, dropContent: true }).text).toBe('gpt-4o');
  expect(maskName(mail, { ...policy, dropContent: true }).text).toBe(pseudonym);
});

test('a name that cannot be checked is withheld', () => {
  const broken = {
    id: 'broken',
    title: 'Broken',
    pattern: /./g,
    confirm: () => {
      throw new Error('broken');
    },
  };
  expect(maskName('gpt-4o', { ...policy, detectors: [broken] })).toEqual({
    text: droppedContent,
    counts: { failed: 1 },
  });
});
