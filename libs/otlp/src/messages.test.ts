import { expect, test } from 'vitest';
import { normaliseRole, readMessages } from './messages.js';

test.each([
  ['Human', 'user'],
  ['developer', 'system'],
  ['reviewer', 'reviewer'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['toString', 'tostring'],
])('the role %s is %s', (given, role) => {
  expect(normaliseRole(given)).toBe(role);
  expect(readMessages([{ role: given, content: 'hello' }], 'user')).toEqual([{ role, text: 'hello', toolCalls: [] }]);
});

test('a type that is no role names none', () => {
  expect(readMessages([{ type: 'constructor', content: 'hello' }], 'user')).toMatchObject([{ role: 'user' }]);
});
