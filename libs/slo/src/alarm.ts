import type { TierJudgement } from './objective-judge.js';
import type { Tier } from './tiers.js';

/** An alarm that is no burn rate, as a tier: a ticket without a factor. `seconds` is what it looks back on. */
export function alarmTier(name: string, seconds: number): Tier {
  const zero = { over: 0n, under: 1n };
  return {
    name,
    severity: 'ticket',
    longSeconds: seconds,
    shortSeconds: 0,
    budget: zero,
    factor: zero,
    forMinutes: 1,
    rule: 'threshold',
  };
}

/** What such an alarm says: a reason in place of figures. */
export function reasonedJudgement(holds: boolean, reason: string, seconds: number): TierJudgement {
  return {
    signal: { enter: holds, clean: !holds },
    burnLong: null,
    burnShort: null,
    evidence: () => ({
      errorRatio: null,
      burnLong: null,
      burnShort: null,
      factor: 0,
      longSeconds: seconds,
      shortSeconds: 0,
      eligibleLong: 0,
      badLong: 0,
      eligibleShort: 0,
      badShort: 0,
      interval: null,
      reasons: [reason],
    }),
  };
}
