import type { Indicator, ObjectiveWrite } from '@plimsoll/contract';
import type { EventSums } from '../budget.js';
import type { PointTotals } from '../point-totals.js';
import type { Rational } from '../rational.js';

export type SliKindId = Indicator['kind'];

/** A kind of service level indicator: how its points become the pair (eligible, badness) that the engine judges. */
export interface SliKind<K extends SliKindId = SliKindId> {
  readonly id: K;
  readonly title: string;
  /** Judged from a sample, with an interval. */
  readonly sampled: boolean;
  /** False where badness has no upper end (money): every factor can be reached then, and no window is stretched. */
  readonly bounded: boolean;
  /** All that alerting on this kind reads of a point; whoever steps alerts need not fetch the rest. */
  readonly reads: readonly (keyof PointTotals)[];
  /** Badness that may be spent per eligible event: 1 - target; 1 for cost, whose badness is measured in ceilings. */
  budgetShare(definition: ObjectiveWrite): Rational;
  eventSums(totals: PointTotals, indicator: Extract<Indicator, { kind: K }>): EventSums;
  /**
   * `eventSums` in doubles, with a bound of what rounding may have done to `bad`: enough to tell almost every minute that
   * it is far from a threshold. Absent where the sums are doubles anyway.
   */
  roundedSums?(totals: PointTotals, indicator: Extract<Indicator, { kind: K }>): RoundedSums;
  /** The promise as a person says it. */
  targetText(definition: ObjectiveWrite, indicator: Extract<Indicator, { kind: K }>): string;
}

export interface RoundedSums {
  readonly eligible: number;
  readonly bad: number;
  /** Largest error of `bad`. */
  readonly noise: number;
}

/** `99 %`, `99.95 %`, `100 %`: a share, written as a decimal of at most 1, without float noise. */
export function percentText(share: string): string {
  const [units = '', fraction = ''] = share.split('.');
  const digits = fraction.padEnd(2, '0');
  const whole = String(Number(`${units}${digits.slice(0, 2)}`));
  const rest = digits.slice(2).replace(/0+$/, '');
  return `${whole}${rest === '' ? '' : `.${rest}`} %`;
}
