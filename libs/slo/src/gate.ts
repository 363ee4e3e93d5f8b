import type { Gate, ObjectiveWrite } from '@plimsoll/contract';
import { estimateInterval, simpleEstimate } from './sampled.js';
import { sliKindOf } from './kinds/index.js';
import { budgetShareOf } from './objective-terms.js';
import type { WindowTotals } from './point-totals.js';
import { judgedEstimate, plainSamples, type SampleTraits } from './sample-traits.js';
import { decimal, divide, fraction, fromNumber, toDecimalText, toNumber } from './rational.js';

const LEVEL = 0.95;

export type GateVerdict = Pick<Gate, 'verdict' | 'reason' | 'samples' | 'errorRatio' | 'interval'>;

/**
 * Whether a new version may go on, from what it has done so far. Pass and fail both need the whole 95 % interval on one
 * side of what the objective allows; between them, or with too few samples, the answer is `not_yet`. Money has no
 * interval: its mean is compared with the ceiling once there are enough requests.
 */
export function gateVerdict(
  definition: ObjectiveWrite,
  window: WindowTotals,
  minSamples: number,
  traits: SampleTraits = plainSamples,
): GateVerdict {
  const { indicator } = definition;
  const samples = indicator.kind === 'cost' ? window.whole.outcomes : window.whole.eligible;
  const nothing = { samples, errorRatio: null, interval: null };
  if (samples < minSamples || samples === 0) {
    return { verdict: 'not_yet', reason: `${samples} of ${minSamples} samples`, ...nothing };
  }
  if (indicator.kind === 'cost') {
    const each = divide(fraction(window.whole.cost, 10n ** 12n), fromNumber(samples));
    const over = toNumber(each) > toNumber(decimal(indicator.ceiling));
    const reason = `${toDecimalText(each, 6)} each, ceiling ${indicator.ceiling}`;
    return { verdict: over ? 'fail' : 'pass', reason, ...nothing };
  }
  const sampled = sliKindOf(indicator.kind).sampled;
  const estimate = sampled ? judgedEstimate(window, traits) : simpleEstimate(window.whole.eligible, window.whole.bad);
  // What a version did so far stands for what it will do: also where all of it was scored it is a sample of that.
  const drawn = Number.isFinite(estimate.designN) ? estimate : { ...estimate, designN: estimate.effectiveN };
  const { low, high } = estimateInterval(drawn, LEVEL);
  const allowed = toNumber(budgetShareOf(definition));
  const verdict = high < allowed ? 'pass' : low > allowed ? 'fail' : 'not_yet';
  const share = (value: number): string => `${Number((value * 100).toPrecision(3))} %`;
  const reason = `between ${share(low)} and ${share(high)} bad, ${share(allowed)} allowed`;
  return { verdict, reason, samples, errorRatio: estimate.errorRatio, interval: { low, high, level: LEVEL } };
}
