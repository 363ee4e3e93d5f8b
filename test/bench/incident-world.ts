/** Generated worlds of `bench:incidents`: what serves the calls, what changes, and what goes wrong at minute 0. */
import type { CandidateChange } from '@plimsoll/incidents';
import type { Draw } from './draw.js';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const baselineMinutes = 24 * 60;
/** An arbitrary instant, the minute 0 of every world: nothing depends on it. */
export const epoch = Date.UTC(2026, 0, 1);
/** Minutes before the fault that an onset is looked for in. */
export const onsetMinutes = 180;

export const kinds = [
  'prompt',
  'model',
  'route',
  'release',
  'mix',
  'customer',
  'provider',
  'gpu',
  'seasonal',
  'two_changes',
  'no_change',
] as const;
export type Kind = (typeof kinds)[number];

/** Kinds in which one declared or first-seen change is to blame; in all others no version is. */
export const blamable: readonly Kind[] = ['prompt', 'model', 'route', 'release', 'two_changes'];

const attributeOf = { prompt: 'promptVersion', model: 'model', release: 'release' } as const;
type VersionKind = keyof typeof attributeOf;

/** A version that replaces another from some minute on, for some share of the calls. */
interface Rollout {
  readonly change: CandidateChange;
  readonly attribute: (typeof attributeOf)[VersionKind];
  readonly to: string;
  readonly minute: number;
  readonly share: number;
  /** Added to the failure rate of the calls that it serves. */
  readonly harm: number;
}

interface Model {
  readonly name: string;
  readonly weight: number;
  readonly rate: number;
}

export interface World {
  readonly callsPerMinute: number;
  readonly customers: readonly number[];
  readonly models: readonly Model[];
  readonly base: number;
  readonly rollouts: readonly Rollout[];
  readonly otherChanges: readonly CandidateChange[];
  /** Minutes after minute 0 that the ranking is made. */
  readonly length: number;
  readonly fault: Kind;
  readonly harm: number;
  /** Customer that goes bad, or whose share of traffic grows. */
  readonly customer: number;
  readonly shiftedShare: number;
  readonly culprit: string | null;
}

export interface Call {
  readonly attributes: Readonly<Record<string, string>>;
  readonly bad: boolean;
}

function rolloutOf(id: string, kind: VersionKind, minute: number, share: number, harm: number): Rollout {
  const attribute = attributeOf[kind];
  const [from, to] = kind === 'model' ? ['m0', `${id}-new`] : ['v1', `${id}-new`];
  return {
    change: { id, kind, at: epoch + minute * minuteMs, attribute, from, to },
    attribute,
    to,
    minute,
    share,
    harm,
  };
}

export function makeWorld(fault: Kind, draw: Draw): World {
  const customers = Array.from({ length: draw.whole(4, 15) }, (_, rank) => 1 / (rank + 1));
  const base = draw.logBetween(0.005, 0.05);
  const models = Array.from({ length: draw.whole(1, 3) }, (_, k) => ({
    name: `m${k}`,
    weight: draw.between(0.3, 1),
    rate: base * draw.between(0.6, 1.6),
  }));
  const harm = draw.between(0.06, 0.4);
  const rollouts: Rollout[] = [];
  const otherChanges: CandidateChange[] = [];
  let culprit: string | null = null;
  if (fault === 'prompt' || fault === 'model' || fault === 'release' || fault === 'two_changes') {
    const kind = fault === 'two_changes' ? draw.pick(['prompt', 'model', 'release'] as const) : fault;
    // Some minutes pass between a change and the first calls it serves.
    rollouts.push(rolloutOf('culprit', kind, -draw.whole(0, 8), draw.chance(0.5) ? 1 : draw.between(0.2, 0.9), harm));
    culprit = 'culprit';
    if (fault === 'two_changes') {
      const other = draw.pick((['prompt', 'model', 'release'] as const).filter((name) => name !== kind));
      // Close in time, but not for the same calls: otherwise nobody could tell.
      rollouts.push(rolloutOf('beside', other, -draw.whole(0, 20), draw.between(0.2, 0.7), 0));
    }
  }
  if (fault === 'route') {
    models.push({ name: 'weak', weight: draw.between(0.05, 0.2), rate: base + harm });
    const at = epoch - draw.whole(0, 8) * minuteMs;
    otherChanges.push({ id: 'culprit', kind: 'route', at, attribute: 'model', to: 'weak' });
    culprit = 'culprit';
  }
  for (let k = draw.whole(0, 3); k > 0; k -= 1) addBystander(k, rollouts, otherChanges, draw);
  return {
    callsPerMinute: draw.logBetween(8, 120),
    customers,
    models,
    base,
    rollouts,
    otherChanges,
    length: draw.whole(12, 90),
    fault,
    harm,
    customer: draw.whole(0, Math.min(3, customers.length - 1)),
    shiftedShare: draw.between(0.4, 0.75),
    culprit,
  };
}

/** A change that has nothing to do with it: a canary at any time, or a full rollout that was fine for hours. */
function addBystander(k: number, rollouts: Rollout[], otherChanges: CandidateChange[], draw: Draw): void {
  const id = `bystander-${k}`;
  const taken = rollouts.map(({ attribute }) => attribute);
  const free = (['prompt', 'model', 'release'] as const).filter((kind) => !taken.includes(attributeOf[kind]));
  const canary = draw.chance(0.6);
  const minute = canary ? -draw.whole(2, 1200) : -draw.whole(180, 1200);
  if (free.length > 0 && draw.chance(0.7)) {
    rollouts.push(rolloutOf(id, draw.pick(free), minute, canary ? draw.between(0.05, 0.6) : 1, 0));
  } else {
    // Declared by a hook and shown in no span.
    const kind = draw.pick(['tool', 'retrieval', 'flag', 'scorer', 'release'] as const);
    otherChanges.push({ id, kind, at: epoch - draw.whole(180, 2400) * minuteMs });
  }
}

export function drawCall(world: World, minute: number, draw: Draw): Call {
  const after = minute >= 0;
  const { fault } = world;
  const mixShift = fault === 'mix' && after && draw.chance(world.shiftedShare);
  const customer = mixShift ? world.customer : draw.index(world.customers);
  const routed = fault === 'route' && after && draw.chance(world.shiftedShare);
  let model = routed
    ? (world.models.at(-1) ?? world.models[0])
    : world.models[draw.index(world.models.map(({ weight }) => weight))];
  const attributes: Record<string, string> = {
    customer: `c${customer}`,
    model: model?.name ?? '',
    provider: model?.name === 'm1' ? 'p1' : 'p0',
    promptVersion: 'v1',
    release: 'v1',
  };
  let rate = model?.rate ?? world.base;
  for (const rollout of world.rollouts) {
    if (minute < rollout.minute || !draw.chance(rollout.share)) continue;
    if (rollout.attribute === 'model') {
      if (model?.name !== 'm0') continue;
      model = undefined;
    }
    attributes[rollout.attribute] = rollout.to;
    rate += rollout.harm;
  }
  // In a change of mix the customer was as bad before: only its share grew.
  if (fault === 'mix' && customer === world.customer) rate += world.harm;
  if (after) {
    if (fault === 'customer' && customer === world.customer) rate += world.harm;
    if (fault === 'provider' && attributes['provider'] === 'p0') rate += world.harm;
    if ((fault === 'gpu' && draw.chance(0.5)) || fault === 'no_change') rate += world.harm;
    if (fault === 'seasonal') rate += world.harm / 2;
  }
  return { attributes, bad: draw.chance(Math.min(mostBad, rate)) };
}

/** Nothing fails more often than this. */
const mostBad = 0.95;

/** The minute of the first call that the fault harms: a bad version harms from its first call on. */
export const onsetMinuteOf = ({ rollouts }: World): number =>
  Math.min(0, ...rollouts.filter(({ harm }) => harm > 0).map(({ minute }) => minute));

/** Calls of a minute: a daily wave, less at weekends; a season brings a surge. */
export function loadAt(world: World, minute: number): number {
  const daily = 1 + 0.4 * Math.sin((2 * Math.PI * minute) / 1440);
  return world.callsPerMinute * (world.fault === 'seasonal' && minute >= 0 ? 2.5 : daily);
}

/** Expected bad share of the calls of a minute: the truth behind `drawCall`. */
export function expectedRate(world: World, minute: number): number {
  const after = minute >= 0;
  const { fault, harm } = world;
  const weights = world.models.reduce((sum, { weight }) => sum + weight, 0);
  const routed = fault === 'route' && after ? world.shiftedShare : 0;
  const shareOf = (index: number): number =>
    ((1 - routed) * (world.models[index]?.weight ?? 0)) / weights + (index === world.models.length - 1 ? routed : 0);
  let rate = world.models.reduce((sum, model, index) => sum + shareOf(index) * model.rate, 0);
  for (const rollout of world.rollouts) {
    if (minute < rollout.minute) continue;
    rate += rollout.harm * rollout.share * (rollout.attribute === 'model' ? shareOf(0) : 1);
  }
  const customers = world.customers.reduce((sum, weight) => sum + weight, 0);
  const own = (world.customers[world.customer] ?? 0) / customers;
  if (fault === 'mix') rate += harm * (after ? world.shiftedShare + (1 - world.shiftedShare) * own : own);
  if (!after) return rate;
  const p1 = world.models.findIndex(({ name }) => name === 'm1');
  const hit: Partial<Record<Kind, number>> = {
    customer: own,
    provider: 1 - (p1 < 0 ? 0 : shareOf(p1)),
    gpu: 0.5,
    no_change: 1,
    seasonal: 0.5,
  };
  return rate + harm * (hit[fault] ?? 0);
}

/** Expected z below which noise alone may hide the fault: seen 5 standard deviations away on average, hardly ever below 3. */
const visibleFrom = 5;

/**
 * Whether the fault can be told at all from the calls up to the ranking, by its expected z and not by what was found:
 * the rise of the whole against the three hours before it, and for a version its calls against the others.
 */
export function isSeparable(world: World): boolean {
  const start = onsetMinuteOf(world);
  const during = (world.length - start) * world.callsPerMinute;
  const rise = zOf(
    { n: onsetMinutes * world.callsPerMinute, rate: expectedRate(world, start - 1) },
    { n: during, rate: expectedRate(world, 0) },
  );
  const version = world.rollouts.find(({ change }) => change.id === world.culprit);
  if (version === undefined) return rise >= visibleFrom;
  const weights = world.models.reduce((sum, { weight }) => sum + weight, 0);
  const serves = version.attribute === 'model' ? (world.models[0]?.weight ?? 0) / weights : 1;
  const rate = version.attribute === 'model' ? (world.models[0]?.rate ?? 0) : expectedRate(world, start - 1);
  const others = version.share < 1 ? during * (1 - version.share) : baselineMinutes * world.callsPerMinute;
  const exposed = { n: during * version.share * serves, rate: rate + version.harm };
  return Math.min(rise, zOf({ n: others * serves, rate }, exposed)) >= visibleFrom;
}

interface Expected {
  readonly n: number;
  readonly rate: number;
}

function zOf(before: Expected, after: Expected): number {
  const variance = ({ n, rate }: Expected): number => (rate * (1 - rate)) / n;
  return (after.rate - before.rate) / Math.sqrt(variance(before) + variance(after));
}
