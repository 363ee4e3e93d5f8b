/**
 * Alerts of generated worlds, by the product's own fold: how long until a fault pages, and what is paged when nothing is
 * wrong. The minutes are drawn from the expected rates of the world; the fold sees counts alone.
 */
import { objectiveWrite } from '@plimsoll/contract';
import {
  foldTier,
  initialTierStatus,
  judgedObjective,
  type JudgedObjective,
  PointSeries,
  type SliPoint,
  type Tier,
  toNumber,
  type TransitionKind,
} from '@plimsoll/slo';
import type { Draw } from './draw.js';
import { expectedRate, loadAt, onsetMinuteOf, type World } from './incident-world.js';

/** `error` counts every call, `quality` judges the sample that was scored. */
export const judgedBy = ['error', 'quality'] as const;
export type JudgedBy = (typeof judgedBy)[number];

const dayMinutes = 24 * 60;
const windowSeconds = 28 * dayMinutes * 60;
/** A fault lasts this long, and is waited for as long. */
const waitMinutes = dayMinutes;
/** Faults that the formula finds within this time at the latest are expected to be found. */
const expectedWithin = 20 * 60;
/** Minutes that are folded before looking whether something fired. */
const stride = 15;
const fires: readonly TransitionKind[] = ['fired', 'reopened', 'recurred'];

/** The budgets that people choose; an objective has the least that leaves room for what is usual. */
const budgets = ['0.001', '0.002', '0.005', '0.01', '0.02', '0.05', '0.1', '0.2'] as const;
const targets = ['0.999', '0.998', '0.995', '0.99', '0.98', '0.95', '0.9', '0.8'] as const;
const room = 1.5;

/** An objective with default settings whose target suits the world before its fault. */
export function objectiveFor(world: World, by: JudgedBy): JudgedObjective {
  const usual = expectedRate(world, -2 * dayMinutes);
  const index = budgets.findIndex((budget) => Number(budget) >= room * usual);
  const indicator = by === 'error' ? { kind: 'error' } : { kind: 'quality', scorer: 'judge' };
  const target = targets[index < 0 ? targets.length - 1 : index];
  return judgedObjective(
    objectiveWrite.parse({ slug: 'generated', name: 'Generated', indicator, target }),
    windowSeconds,
  );
}

/** A minute of calls, of which `probability` were scored; Poisson, so that good and bad may be drawn apart. */
function pointOf(minute: number, load: number, rate: number, probability: number, draw: Draw): SliPoint {
  const bad = draw.poisson(load * rate * probability);
  const eligible = bad + draw.poisson(load * (1 - rate) * probability);
  const weight = 1 / probability;
  return {
    minute,
    stratum: '',
    population: eligible + (probability < 1 ? draw.poisson(load * (1 - probability)) : 0),
    eligible,
    bad,
    sumW: eligible * weight,
    sumWx: bad * weight,
    sumW2: eligible * weight ** 2,
    sumW2x: bad * weight ** 2,
    sumW2x2: bad * weight ** 2,
    cost: 0n,
    outcomes: 0,
    selected: eligible,
    settled: eligible,
    excluded: 0,
  };
}

const longestMinutes = (objective: JudgedObjective): number =>
  Math.max(...objective.tiers.map(({ longSeconds }) => longSeconds)) / 60;

/** Of every call, or of the share that is scored. */
export function sampleOf(by: JudgedBy, draw: Draw): number {
  return by === 'error' ? 1 : draw.between(0.1, 0.5);
}

export interface Detection {
  /** Minutes from the first harmed minute to the end of the one that fired; null when nothing did within a day. */
  readonly page: number | null;
  readonly any: number | null;
  /** The same by the formula of the tiers, without noise; null where they cannot see it within 20 hours. */
  readonly expectedPage: number | null;
  readonly expectedAny: number | null;
}

export function detect(world: World, by: JudgedBy, draw: Draw): Detection {
  const objective = objectiveFor(world, by);
  const probability = sampleOf(by, draw);
  const start = onsetMinuteOf(world);
  const points: SliPoint[] = [];
  for (let minute = start - longestMinutes(objective); minute < start + waitMinutes; minute += 1) {
    points.push(pointOf(minute, loadAt(world, minute), expectedRate(world, minute), probability, draw));
  }
  const series = new PointSeries(points);
  const delays = objective.tiers.map((tier) => ({
    severity: tier.severity,
    measured: delayOf(objective, tier, series, start),
    expected: expectedDelay(world, objective, tier),
  }));
  const least = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.min(...known);
  };
  const pages = delays.filter(({ severity }) => severity === 'page');
  return {
    page: least(pages.map(({ measured }) => measured)),
    any: least(delays.map(({ measured }) => measured)),
    expectedPage: least(pages.map(({ expected }) => expected)),
    expectedAny: least(delays.map(({ expected }) => expected)),
  };
}

function delayOf(objective: JudgedObjective, tier: Tier, series: PointSeries, start: number): number | null {
  // A ticket that is open already (a false one) would hide this fault: the state begins with it.
  let status = initialTierStatus;
  for (let from = start; from < start + waitMinutes; from += stride) {
    const folded = foldTier({ objective, tier, series, status, from, to: from + stride });
    const fired = folded.transitions.find(({ kind }) => fires.includes(kind));
    if (fired !== undefined) return fired.minute + 1 - start;
    status = folded.status;
  }
  return null;
}

/**
 * Minutes until the burn of the long window reaches the factor, when the rate goes from p to e and the load grows r-fold:
 * t = L (FB - p) / (r (e - FB) + FB - p), and the minutes of `for`.
 */
function expectedDelay(world: World, objective: JudgedObjective, tier: Tier): number | null {
  const threshold = toNumber(tier.factor) * toNumber(objective.budgetShare);
  const before = expectedRate(world, -2 * dayMinutes);
  const during = expectedRate(world, 0);
  // At the threshold itself it is a matter of luck.
  if (during < 1.1 * threshold || before >= threshold) return null;
  const growth = loadAt(world, 0) / world.callsPerMinute;
  const reached = (threshold - before) / (growth * (during - threshold) + threshold - before);
  const minutes = (tier.longSeconds / 60) * reached + tier.forMinutes;
  return minutes <= expectedWithin ? minutes : null;
}

export interface QuietMonths {
  readonly days: number;
  readonly pages: number;
  readonly tickets: number;
}

/** Days of the world before its fault, with its harmless rollouts, week-ends and, for a season, surges of load. */
export function quietDays(generated: World, by: JudgedBy, days: number, draw: Draw): QuietMonths {
  // Also products that are called once in five minutes: there one failure is a large share of an hour.
  const world = { ...generated, callsPerMinute: draw.logBetween(0.2, 120) };
  const objective = objectiveFor(world, by);
  const probability = sampleOf(by, draw);
  const rate = expectedRate(world, -2 * dayMinutes);
  const surges = surgesOf(world, days, draw);
  const first = -longestMinutes(objective);
  const points: SliPoint[] = [];
  for (let minute = first; minute < days * dayMinutes; minute += 1) {
    points.push(pointOf(minute, quietLoad(world, minute, surges), rate, probability, draw));
  }
  const series = new PointSeries(points);
  const count = (severity: Tier['severity']): number =>
    objective.tiers
      .filter((tier) => tier.severity === severity)
      .flatMap(
        (tier) =>
          foldTier({ objective, tier, series, status: initialTierStatus, from: 0, to: days * dayMinutes }).transitions,
      )
      .filter(({ kind }) => fires.includes(kind)).length;
  return { days, pages: count('page'), tickets: count('ticket') };
}

interface Surge {
  readonly from: number;
  readonly to: number;
}

function surgesOf(world: World, days: number, draw: Draw): Surge[] {
  if (world.fault !== 'seasonal') return [];
  return Array.from({ length: Math.ceil(days / 3) }, () => {
    const from = draw.whole(0, days * dayMinutes);
    return { from, to: from + draw.whole(60, 8 * 60) };
  });
}

function quietLoad(world: World, minute: number, surges: readonly Surge[]): number {
  const day = Math.floor(minute / dayMinutes);
  const weekend = ((day % 7) + 7) % 7 >= 5 ? 0.5 : 1;
  const surge = surges.some(({ from, to }) => minute >= from && minute < to) ? 2.5 : 1;
  const daily = 1 + 0.4 * Math.sin((2 * Math.PI * minute) / dayMinutes);
  return world.callsPerMinute * daily * weekend * surge;
}
