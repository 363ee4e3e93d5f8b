/**
 * The outage rule on generated minutes, by the product's own fold: false pages of healthy and of merely bad services, and
 * how many closed minutes a total failure or a hang takes, by calls a minute and target.
 */
import { objectiveWrite } from '@plimsoll/contract';
import { foldTier, initialTierStatus, judgedObjective, outageRule, PointSeries, type SliPoint } from '@plimsoll/slo';
import { Draw } from './draw.js';

const dayMinutes = 24 * 60;
const windowSeconds = 28 * dayMinutes * 60;
const monthMinutes = 28 * dayMinutes;
const targets = ['0.999', '0.99', '0.95', '0.9', '0.8'] as const;
const rates = [0.5, 1, 3, 5, 20, 100] as const;
const rounds = 40;
/** Minute of the first bad call. */
const began = 60;

export interface OutageFigure {
  readonly figure: string;
  readonly measured: number;
  readonly most: number;
}

type Share = (minute: number) => number;

function point(minute: number, calls: number, share: number, draw: Draw): SliPoint {
  const bad = draw.poisson(calls * share);
  const eligible = bad + draw.poisson(calls * (1 - share));
  const sums = { sumW: eligible, sumWx: bad, sumW2: eligible, sumW2x: bad, sumW2x2: bad };
  return { minute, stratum: '', population: eligible, eligible, bad, ...sums, cost: 0n, outcomes: 0, selected: 0, settled: 0, excluded: 0 }; // prettier-ignore
}

/** Minutes in which it fired. */
function firesOf(target: string, calls: Share, share: Share, minutes: number, draw: Draw): number[] {
  const definition = objectiveWrite.parse({ slug: 'o', name: 'O', indicator: { kind: 'error' }, target });
  const objective = judgedObjective(definition, windowSeconds);
  const tier = objective.tiers.find(({ name }) => name === outageRule);
  if (tier === undefined) throw new Error(`an objective at ${target} has no tier that tells of an outage`);
  const points = Array.from({ length: minutes }, (_, minute) => point(minute, calls(minute), share(minute), draw));
  const input = { objective, tier, series: new PointSeries(points), status: initialTierStatus, from: 0, to: minutes };
  const { transitions } = foldTier(input);
  return transitions.filter(({ kind }) => ['fired', 'reopened', 'recurred'].includes(kind)).map(({ minute }) => minute);
}

/** False pages a month, over all targets and rates, of services whose bad share is `times` what the target allows. */
function falsePages(times: number, draw: Draw): number {
  let pages = 0;
  for (const target of targets) {
    for (const rate of rates) {
      pages += firesOf(target, () => rate, () => times * (1 - Number(target)), monthMinutes, draw).length; // prettier-ignore
    }
  }
  return pages / (targets.length * rates.length);
}

/** Nine tenths of the rounds page within so many closed minutes of the first bad one; what never pages takes an hour. */
function delay(target: string, calls: Share, draw: Draw): number {
  const found = Array.from({ length: rounds }, () => {
    const fires = firesOf(target, calls, (minute) => (minute < began ? 0.001 : 1), began + 60, draw);
    return (fires[0] ?? began + 59) - began + 1;
  });
  return found.toSorted((a, b) => a - b)[Math.ceil(0.9 * rounds) - 1] ?? 60;
}

/** Nothing comes back for ten minutes, then every call has taken ten. */
const hanging =
  (rate: number): Share =>
  (minute) =>
    minute >= began - 10 && minute < began ? 0 : rate;

export function outageFigures(seed: number): OutageFigure[] {
  const draw = new Draw(seed);
  return [
    { figure: 'false outage pages a month, as bad as allowed', measured: falsePages(1, draw), most: 0 },
    { figure: 'false outage pages a month, twice as bad as allowed', measured: falsePages(2, draw), most: 0 },
    ...[20, 100].flatMap((rate) =>
      targets.map((target) => ({
        figure: `closed minutes until a hang pages, ${rate} calls a minute, target ${target}`,
        measured: delay(target, hanging(rate), draw),
        most: 2,
      })),
    ),
    ...[5, 20, 100].map((rate) => ({
      figure: `closed minutes until a total failure pages, ${rate} calls a minute, target 0.99`,
      measured: delay('0.99', () => rate, draw),
      most: rate < 20 ? 9 : 3,
    })),
  ];
}
