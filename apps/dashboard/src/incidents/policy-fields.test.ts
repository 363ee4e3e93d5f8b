import { escalationPolicyWrite } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { startValues } from '../form/field.js';
import { policyFields, policyOf, targetOf, targetValue } from './policy-fields.js';

const policy = escalationPolicyWrite.parse({
  name: 'pages',
  objectives: ['answers', 'latency'],
  steps: [
    { targets: [{ kind: 'rotation', rotation: 'first line' }], waitMinutes: 5 },
    {
      targets: [
        { kind: 'user', contact: 'kim' },
        { kind: 'channel', channel: 'ops: loud' },
      ],
      waitMinutes: 15,
    },
  ],
  repeat: 2,
  acknowledgedForMinutes: null,
  businessHours: { timeZone: 'Europe/Berlin', days: [1, 2], from: '08:00', to: '16:00' },
});

test('a policy goes through its form unchanged', () => {
  expect(policyOf(startValues(policyFields(policy, [], 'UTC')))).toEqual(policy);
});

test('a new policy asks for its first step only, without working hours', () => {
  const fields = policyFields(null, [], 'UTC');
  const values = startValues(fields);
  const shown = fields.filter(({ when }) => when?.(values) ?? true).map(({ name }) => name);
  expect(shown).toEqual(['name', 'objectives', 'targets0', 'repeat', 'acknowledgedForMinutes', 'hours']);
  expect(policyOf({ ...values, name: 'x', targets0: 'user:kim' })).toMatchObject({
    steps: [{ targets: [{ kind: 'user', contact: 'kim' }], waitMinutes: 10 }],
    acknowledgedForMinutes: 30,
    businessHours: null,
  });
});

test.each(['user:kim', 'rotation:a:b', 'channel:ops', 'webhook:roll back'])('%s', (value) => {
  expect(targetValue(targetOf(value))).toBe(value);
});
