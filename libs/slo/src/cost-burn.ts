import { PlimsollError } from '@plimsoll/contract';
import {
  type Rational,
  compare,
  divide,
  fromNumber,
  isZero,
  multiply,
  subtract,
  toDecimalText,
  toNumber,
} from './rational.js';

export interface CostBurnInput {
  /** Expected cost an outcome (c0); without it a burn rate would be meaningless, since spend is never 0. */
  readonly expected: Rational;
  /** Ceiling (c*), above `expected`. */
  readonly ceiling: Rational;
  readonly spend: Rational;
  readonly outcomes: number;
  /** Outcomes of the whole window O(W); null when unknown. */
  readonly windowOutcomes: number | null;
}

export interface CostBurn {
  /** Decimal string; null without outcomes: spend never divides by zero. */
  readonly perOutcome: string | null;
  readonly burnRate: number | null;
  /** (spend - c0 o) / ((c* - c0) O(W)). */
  readonly consumedShare: number | null;
}

/** burn = (R - c0) / (c* - c0) with R = spend / outcomes. @throws PlimsollError when the ceiling is not above c0. */
export function costBurn(input: CostBurnInput): CostBurn {
  if (compare(input.ceiling, input.expected) <= 0) {
    throw new PlimsollError('invalid_input', 'cost.ceiling: must be above cost.expected', { field: 'cost.ceiling' });
  }
  const room = subtract(input.ceiling, input.expected);
  const outcomes = fromNumber(input.outcomes);
  const excess = subtract(input.spend, multiply(input.expected, outcomes));
  const each = isZero(outcomes) ? null : divide(input.spend, outcomes);
  const budget = input.windowOutcomes === null ? null : multiply(room, fromNumber(input.windowOutcomes));
  return {
    perOutcome: each === null ? null : toDecimalText(each, 12),
    burnRate: each === null ? null : toNumber(divide(subtract(each, input.expected), room)),
    consumedShare: budget === null || isZero(budget) ? null : toNumber(divide(excess, budget)),
  };
}
