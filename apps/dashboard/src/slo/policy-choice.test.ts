import { alertPolicy } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import {
  choiceOf,
  firstThreshold,
  kindOf,
  ofKind,
  ownTiers,
  policyChoices,
  policyOfChoice,
  thresholdKinds,
  withThresholds,
} from './policy-choice.js';

test.each(policyChoices.map(({ value }) => value))('%s is chosen and read back', (choice) => {
  const policy = policyOfChoice(choice, 'google');
  expect(alertPolicy.safeParse(policy).success).toBe(true);
  expect(choiceOf(policy)).toBe(choice);
});

test('a threshold becomes one of each kind, and keeps what it is called', () => {
  const mine = { ...firstThreshold, name: 'mine', severity: 'page' as const };
  for (const kind of Object.keys(thresholdKinds) as (keyof typeof thresholdKinds)[]) {
    const next = ofKind(kind, mine);
    expect(alertPolicy.safeParse({ thresholds: [next] }).success).toBe(true);
    expect([kindOf(next), next.name, next.severity]).toEqual([kind, 'mine', 'page']);
  }
});

test('thresholds stay when a preset is put beside them, and tiers as code are left alone', () => {
  const mine = { ...firstThreshold, name: 'mine', over: '0.2' };
  const policy = withThresholds(policyOfChoice('thresholds', 'google'), [mine]);
  expect(policyOfChoice('pyrra+thresholds', policy)).toEqual({ thresholds: [mine], preset: 'pyrra' });
  const tiers = [{ name: 'fast', severity: 'page' as const, long: '1h', short: '5m', budget: '0.02' }];
  expect(choiceOf(tiers)).toBe(ownTiers.value);
  expect(policyOfChoice(ownTiers.value, tiers)).toBe(tiers);
});
