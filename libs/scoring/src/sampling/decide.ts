import { draw } from './draw.js';

/** What is known about a call when it is decided; each true fact may raise its probability. */
export interface SamplingFacts {
  /** A rule scorer found it refused, cut off, empty or not fitting its schema. */
  readonly suspicious: boolean;
  readonly thumbsDown: boolean;
  /** Among the first calls of its prompt or model version. */
  readonly newVersion: boolean;
  /** In a slice that an objective has an early warning of; absent: it is not. */
  readonly burst?: boolean;
}

export type SamplingFact = keyof SamplingFacts;

export interface SamplingRule {
  readonly when: SamplingFact;
  /** Probability for calls of which `when` is true, 0..1. */
  readonly rate: number;
}

/** An immutable policy: any change is a new version and so a new draw. */
export interface SamplingPolicy {
  readonly version: string;
  /** Probability of everything that no rule raises, 0..1. */
  readonly baseRate: number;
  readonly rules: readonly SamplingRule[];
}

export interface SamplingDecision {
  readonly selected: boolean;
  /** Inclusion probability, head sampling included; the weight of a score is 1 / sampleP. */
  readonly sampleP: number;
  /** Name of the rule that set the probability, or `base`. */
  readonly stratum: SamplingFact | 'base';
  readonly u: number;
}

/** What raises a judge's probability unless a policy says otherwise. */
export const judgeRules: readonly SamplingRule[] = [
  { when: 'thumbsDown', rate: 1 },
  { when: 'newVersion', rate: 1 },
  { when: 'suspicious', rate: 0.5 },
];

/**
 * Decides one trace's call: the probability is the highest of the base and all rules that apply, the call is kept when
 * the draw lies under it. More information can only raise the probability, so a kept call stays kept.
 * `headP` is the client's own sampling probability, in (0, 1].
 */
export function decide(policy: SamplingPolicy, traceId: string, facts: SamplingFacts, headP: number): SamplingDecision {
  let stratum: SamplingDecision['stratum'] = 'base';
  let rate = policy.baseRate;
  for (const rule of policy.rules) {
    if (facts[rule.when] === true && rule.rate > rate) {
      rate = rule.rate;
      stratum = rule.when;
    }
  }
  const u = draw(policy.version, traceId);
  return { selected: u < rate, sampleP: rate * headP, stratum, u };
}
