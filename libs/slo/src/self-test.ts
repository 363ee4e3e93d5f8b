import { alarmTier, reasonedJudgement } from './alarm.js';
import { foldTier, type FoldedTransition, initialTierStatus } from './alert-fold.js';
import { sliKindOf } from './kinds/index.js';
import type { JudgedObjective } from './objective-judge.js';
import { PointSeries, type SliPoint } from './point-series.js';
import { decimal, toNumber } from './rational.js';
import { selfTestAlarm } from './silence-alarms.js';
import { detectionSeconds } from './tier-delays.js';
import type { Tier } from './tiers.js';

export interface SelfTestResult {
  /** True when the breach is told by the highest severity that the objective has. */
  readonly ok: boolean;
  /** When each tier fired, and which did not. */
  readonly detail: string;
}

/** Events of a synthetic minute; enough for every guard that asks for a number of samples. */
const EVENTS_A_MINUTE = 100;
/** Minutes that are folded before looking whether the tier fired. */
const STRIDE = 60;
const PICO = 1e12;

/**
 * Replays a total breach after a calm window through the live fold, for each tier: all events bad, or for money every
 * request far above what the highest factor allows. Pure, so that it says whether the definition and the machinery that
 * judges it still tell anybody, whatever the traffic of the day was.
 */
export function selfTestObjective(objective: JudgedObjective): SelfTestResult {
  const delays = objective.tiers.map((tier) => ({ tier, minutes: minutesToFire(objective, tier) }));
  const paging = delays.filter(({ tier }) => tier.severity === 'page');
  const decisive = paging.length > 0 ? paging : delays;
  const told = delays.map(({ tier, minutes }) =>
    minutes === null ? `${tier.name} never fires` : `${tier.name} after ${minutes} min`,
  );
  return { ok: decisive.some(({ minutes }) => minutes !== null), detail: told.join(', ') };
}

/** What a result says to those who would otherwise wait for a page: a ticket that fires, or the end of one. */
export function selfTestTransition(
  { ok, detail }: SelfTestResult,
  minute: number,
): { readonly tier: Tier; readonly transition: FoldedTransition } {
  const judgement = reasonedJudgement(!ok, ok ? detail : `a breach would page nobody: ${detail}`, 0);
  const step = ok
    ? ({ from: 'firing', to: 'resolved', kind: 'resolved' } as const)
    : ({ from: 'inactive', to: 'firing', kind: 'fired' } as const);
  return { tier: alarmTier(selfTestAlarm, 0), transition: { minute, ...step, judgement, flapping: false } };
}

/** Minutes of the breach until the tier fires; null when the whole long window, or what it takes, and its `for` pass without. */
function minutesToFire(objective: JudgedObjective, tier: Tier): number | null {
  const long = tier.longSeconds / 60;
  const { bounded } = sliKindOf(objective.definition.indicator.kind);
  const formula = bounded ? (detectionSeconds(tier, objective.budgetShare, 1) ?? 0) / 60 : 0;
  const last = Math.ceil(Math.max(long, formula)) + tier.forMinutes + STRIDE;
  const series = new PointSeries(syntheticPoints(objective, Math.ceil(long), last));
  let status = initialTierStatus;
  for (let from = 0; from < last; from += STRIDE) {
    const folded = foldTier({ objective, tier, series, status, from, to: Math.min(last, from + STRIDE) });
    const fired = folded.transitions.find(({ kind }) => kind === 'fired');
    if (fired !== undefined) return fired.minute + 1;
    status = folded.status;
  }
  return null;
}

/** Calm until minute 0, as one lump before the longest lookback, then bad. */
function syntheticPoints(objective: JudgedObjective, calm: number, bad: number): SliPoint[] {
  const before = Math.max(1, objective.windowSeconds / 60 - calm - bad);
  const points = [syntheticPoint(objective, -calm - 1, EVENTS_A_MINUTE * Math.floor(before), 0)];
  for (let minute = -calm; minute < bad; minute++) {
    points.push(syntheticPoint(objective, minute, EVENTS_A_MINUTE, minute < 0 ? 0 : EVENTS_A_MINUTE));
  }
  return points;
}

function syntheticPoint(objective: JudgedObjective, minute: number, events: number, bad: number): SliPoint {
  return {
    minute,
    stratum: '',
    population: events,
    eligible: events,
    bad,
    sumW: events,
    sumWx: bad,
    sumW2: events,
    sumW2x: bad,
    sumW2x2: bad,
    cost: spend(objective, events, bad),
    outcomes: events,
    selected: events,
    settled: events,
    excluded: 0,
  };
}

/** A good event costs what is expected; a bad one twice what the highest factor allows. */
function spend({ definition, tiers }: JudgedObjective, events: number, bad: number): bigint {
  const { indicator } = definition;
  if (indicator.kind !== 'cost') return 0n;
  const expected = toNumber(decimal(indicator.expected));
  const room = toNumber(decimal(indicator.ceiling)) - expected;
  const highest = Math.max(...tiers.map(({ factor }) => toNumber(factor)));
  return BigInt(Math.round(PICO * (events * expected + bad * 2 * highest * room)));
}
