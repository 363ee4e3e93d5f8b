import type { AnyThreshold, ObjectiveWrite, TierPreset } from '@plimsoll/contract';

type Policy = ObjectiveWrite['policy'];

/** By what an objective alerts: burn-rate tiers of a preset or of one's own, thresholds, or a preset and both. */
const presets = { google: 'Google', pyrra: 'Pyrra', sloth: 'Sloth' } as const satisfies Record<TierPreset, string>;
const presetNames = Object.keys(presets) as TierPreset[];

export const policyChoices: readonly { value: string; label: string }[] = [
  ...presetNames.map((value) => ({ value, label: `Burn rate, ${presets[value]} tiers` })),
  { value: 'thresholds', label: 'Thresholds only' },
  ...presetNames.map((value) => ({ value: `${value}+thresholds`, label: `${presets[value]} tiers and thresholds` })),
];

/** Tiers that were written as code; the form leaves them as they are. */
export const ownTiers = { value: 'tiers', label: 'Burn rate, tiers of your own (kept as code)' } as const;

export function choiceOf(policy: Policy): string {
  if (typeof policy === 'string') return policy;
  if (Array.isArray(policy)) return ownTiers.value;
  return policy.preset ? `${policy.preset}+thresholds` : 'thresholds';
}

export function thresholdsOf(policy: Policy): readonly AnyThreshold[] {
  return typeof policy === 'object' && !Array.isArray(policy) ? policy.thresholds : [];
}

/** What a threshold is about, in the words of its form. */
export const thresholdKinds = {
  plain: 'a limit is passed',
  exhaustion: 'the budget runs out soon',
  drop: 'the budget falls fast',
} as const;
type ThresholdKind = keyof typeof thresholdKinds;

const firstTerms = {
  plain: { over: '0.05', window: '1h', for: '5m' },
  exhaustion: { exhaustsIn: '24h' },
  drop: { drop: '0.1', window: '6h' },
} as const satisfies Record<ThresholdKind, Partial<AnyThreshold>>;

export function kindOf(threshold: AnyThreshold): ThresholdKind {
  if ('exhaustsIn' in threshold) return 'exhaustion';
  return 'drop' in threshold ? 'drop' : 'plain';
}

/** A threshold of another kind that keeps its name and severity. */
export function ofKind(kind: ThresholdKind, { name, severity }: AnyThreshold): AnyThreshold {
  return { name, severity, ...firstTerms[kind] };
}

export const firstThreshold: AnyThreshold = { name: 'too many', severity: 'ticket', ...firstTerms.plain };

/** The policy of a choice; thresholds need at least one, and a choice without them drops them. */
export function policyOfChoice(choice: string, present: Policy): Policy {
  if (choice === ownTiers.value) return present;
  const [before, beside] = choice.split('+');
  const preset = presetNames.find((name) => name === before);
  if (preset !== undefined && beside === undefined) return preset;
  const known = thresholdsOf(present);
  const thresholds = known.length > 0 ? [...known] : [firstThreshold];
  return preset === undefined ? { thresholds } : { thresholds, preset };
}

/** The same policy with other thresholds. */
export function withThresholds(policy: Policy, thresholds: readonly AnyThreshold[]): Policy {
  if (typeof policy !== 'object' || Array.isArray(policy)) return policy;
  return { ...policy, thresholds: [...thresholds] };
}
