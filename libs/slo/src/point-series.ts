import { type PointTotals, type WindowTotals, emptyTotals, windowOfStrata } from './point-totals.js';

/** One row of `sli_points`: a minute and stratum of one objective and group. Minutes since the epoch. */
export interface SliPoint extends PointTotals {
  readonly minute: number;
  readonly stratum: string;
}

const counted = [
  'population',
  'eligible',
  'bad',
  'sumW',
  'sumWx',
  'sumW2',
  'sumW2x',
  'sumW2x2',
  'outcomes',
  'selected',
  'settled',
  'excluded',
] as const satisfies readonly Exclude<keyof PointTotals, 'cost'>[];

/** Running sums of one stratum; entry i is the sum before its i-th minute. */
class StratumSeries {
  private readonly minutes: number[] = [];
  private readonly before = counted.map(() => [0]);
  private readonly costBefore = [0n];

  push(point: SliPoint): void {
    this.minutes.push(point.minute);
    for (const [index, field] of counted.entries()) {
      const sums = this.before[index] ?? [];
      sums.push((sums.at(-1) ?? 0) + point[field]);
    }
    this.costBefore.push((this.costBefore.at(-1) ?? 0n) + point.cost);
  }

  totals(from: number, to: number): PointTotals {
    const first = this.position(from);
    const last = Math.max(first, this.position(to));
    if (first === last) return emptyTotals;
    const totals: Record<string, number | bigint> = {
      cost: (this.costBefore[last] ?? 0n) - (this.costBefore[first] ?? 0n),
    };
    for (const [index, field] of counted.entries()) {
      const sums = this.before[index] ?? [];
      totals[field] = (sums[last] ?? 0) - (sums[first] ?? 0);
    }
    return totals as unknown as PointTotals;
  }

  private position(minute: number): number {
    let low = 0;
    let high = this.minutes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.minutes[middle] ?? 0) < minute) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Points of one objective and group, with the sums of any lookback in O(log n). */
export class PointSeries {
  private readonly strata = new Map<string, StratumSeries>();

  /** `points` in the order of their minutes. */
  constructor(points: readonly SliPoint[]) {
    for (const point of points) {
      const series = this.strata.get(point.stratum) ?? new StratumSeries();
      if (!this.strata.has(point.stratum)) this.strata.set(point.stratum, series);
      series.push(point);
    }
  }

  /** Sums of the minutes with from <= minute < to. */
  totals(from: number, to: number): WindowTotals {
    const strata: PointTotals[] = [];
    for (const series of this.strata.values()) {
      const totals = series.totals(from, to);
      if (totals !== emptyTotals) strata.push(totals);
    }
    return windowOfStrata(strata);
  }
}
