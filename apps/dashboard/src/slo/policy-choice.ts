import type { ObjectiveWrite, ThresholdSpec } from '@plimsoll/contract';

type Policy = ObjectiveWrite['policy'];

/** By what an objective alerts: burn-rate tiers of a preset or of one's own, plain thresholds, or a preset and both. */
export const policyChoices = [
  { value: 'google', label: 'Burn rate, Google tiers' },
  { value: 'pyrra', label: 'Burn rate, Pyrra tiers' },
  { value: 'thresholds', label: 'Plain thresholds only' },
  { value: 'google+thresholds', label: 'Google tiers and thresholds' },
  { value: 'pyrra+thresholds', label: 'Pyrra tiers and thresholds' },
] as const;

/** Tiers that were written as code; the form leaves them as they are. */
export const ownTiers = { value: 'tiers', label: 'Burn rate, tiers of your own (kept as code)' } as const;

export function choiceOf(policy: Policy): string {
  if (typeof policy === 'string') return policy;
  if (Array.isArray(policy)) return ownTiers.value;
  return policy.preset ? `${policy.preset}+thresholds` : 'thresholds';
}

export function thresholdsOf(policy: Policy): readonly ThresholdSpec[] {
  return typeof policy === 'object' && !Array.isArray(policy) ? policy.thresholds : [];
}

export const firstThreshold: ThresholdSpec = {
  name: 'too many',
  severity: 'ticket',
  over: '0.05',
  window: '1h',
  for: '5m',
};

/** The policy of a choice; thresholds need at least one, and a choice without them drops them. */
export function policyOfChoice(choice: string, present: Policy): Policy {
  if (choice === ownTiers.value) return present;
  if (choice === 'google' || choice === 'pyrra') return choice;
  const [preset] = choice.split('+');
  const known = thresholdsOf(present);
  const thresholds = known.length > 0 ? [...known] : [firstThreshold];
  return preset === 'google' || preset === 'pyrra' ? { thresholds, preset } : { thresholds };
}

/** The same policy with other thresholds. */
export function withThresholds(policy: Policy, thresholds: readonly ThresholdSpec[]): Policy {
  if (typeof policy !== 'object' || Array.isArray(policy)) return policy;
  return { ...policy, thresholds: [...thresholds] };
}
