import { type PointTotals, type WindowTotals, emptyTotals, windowOfStrata } from './point-totals.js';

/** One row of `sli_points`: a minute and stratum of one objective and group. Minutes since the epoch. */
export interface SliPoint extends PointTotals {
  readonly minute: number;
  readonly stratum: string;
}

type Field = keyof PointTotals;
type Counted = Exclude<Field, 'cost'>;

/** The same of one stratum by column, in the order of the minutes; sums that are not there are 0. */
export interface PointColumns {
  readonly minutes: readonly number[];
  readonly counted: Readonly<Partial<Record<Counted, readonly number[]>>>;
  readonly cost?: readonly bigint[];
}

const allCounted = [
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
] as const satisfies readonly Counted[];

/** Running sums of one stratum; entry i is the sum before its i-th minute. */
class StratumSeries {
  private readonly minutes: readonly number[];
  private readonly before: readonly (readonly [Counted, Float64Array])[];
  private readonly costBefore: readonly bigint[] | null;

  constructor({ minutes, counted, cost }: PointColumns) {
    this.minutes = minutes;
    this.before = Object.entries(counted).map(([field, values]) => {
      const sums = new Float64Array(values.length + 1);
      for (let index = 0; index < values.length; index++) sums[index + 1] = (sums[index] ?? 0) + (values[index] ?? 0);
      return [field as Counted, sums];
    });
    let spent = 0n;
    this.costBefore = cost === undefined ? null : [0n, ...cost.map((each) => (spent += each))];
  }

  totals(from: number, to: number): PointTotals {
    const first = this.position(from);
    const last = Math.max(first, this.position(to));
    if (first === last) return emptyTotals;
    const totals: { -readonly [Key in Field]: PointTotals[Key] } = { ...emptyTotals };
    for (const [field, sums] of this.before) totals[field] = (sums[last] ?? 0) - (sums[first] ?? 0);
    if (this.costBefore !== null) totals.cost = (this.costBefore[last] ?? 0n) - (this.costBefore[first] ?? 0n);
    return totals;
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
  private readonly strata: readonly StratumSeries[];

  /** `points` in the order of their minutes. */
  constructor(points: readonly SliPoint[], columns: readonly PointColumns[] = columnsOf(points)) {
    this.strata = columns.map((each) => new StratumSeries(each));
  }

  /** One entry a stratum. */
  static ofColumns(columns: readonly PointColumns[]): PointSeries {
    return new PointSeries([], columns);
  }

  /** Sums of the minutes with from <= minute < to. */
  totals(from: number, to: number): WindowTotals {
    const strata: PointTotals[] = [];
    for (const series of this.strata) {
      const totals = series.totals(from, to);
      if (totals !== emptyTotals) strata.push(totals);
    }
    return windowOfStrata(strata);
  }
}

function columnsOf(points: readonly SliPoint[]): PointColumns[] {
  const strata = new Map<string, SliPoint[]>();
  for (const point of points) {
    const own = strata.get(point.stratum);
    if (own === undefined) strata.set(point.stratum, [point]);
    else own.push(point);
  }
  return [...strata.values()].map((own) => ({
    minutes: own.map(({ minute }) => minute),
    counted: Object.fromEntries(allCounted.map((field) => [field, own.map((point) => point[field])])),
    cost: own.map(({ cost }) => cost),
  }));
}
