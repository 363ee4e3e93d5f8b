/**
 * Generated incidents with known causes: does the ranking name the right change, and nothing where there is none?
 *
 *   npm run bench:incidents -- [--incidents 400] [--seed 1]
 *
 * Each incident is minutes of calls with several features, customers and models, a base rate of failure, unrelated
 * changes before it and one fault. Onset and suspects come from the product's own functions, from counts alone.
 * Prints one JSON line a kind of fault and one for the whole; exits 1 when a limit is missed.
 */
import { parseArgs } from 'node:util';
import { type CandidateChange, type Cell, findOnset, rankSuspects } from '@plimsoll/incidents';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const baselineMinutes = 24 * 60;
/** An arbitrary instant: nothing depends on it. */
const epoch = Date.UTC(2026, 0, 1);

const kinds = [
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
type Kind = (typeof kinds)[number];

/** Kinds in which one declared or first-seen change is to blame. */
const separable: readonly Kind[] = ['prompt', 'model', 'route', 'release', 'two_changes'];
/** Kinds in which no version is to blame. */
const innocent: readonly Kind[] = ['mix', 'seasonal', 'no_change', 'customer'];

/** mulberry32: every run with the same seed draws the same incidents. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Draw {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = generator(seed);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** Logarithmically even. */
  logBetween(low: number, high: number): number {
    return Math.exp(this.between(Math.log(low), Math.log(high)));
  }

  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  chance(p: number): boolean {
    return this.random() < p;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** Weighted index. */
  index(weights: readonly number[]): number {
    let rest = this.random() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return index;
    }
    return weights.length - 1;
  }

  poisson(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let [count, product] = [0, this.random()];
    while (product > limit) {
      count += 1;
      product *= this.random();
    }
    return count;
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }
}

/** A version that replaces another from some minute on, for some share of the calls. */
interface Rollout {
  readonly change: CandidateChange;
  readonly attribute: 'promptVersion' | 'model' | 'release';
  readonly to: string;
  readonly minute: number;
  readonly share: number;
  /** Added to the failure rate of the calls that it serves. */
  readonly harm: number;
}

interface World {
  readonly callsPerMinute: number;
  readonly customers: readonly number[];
  readonly models: readonly { name: string; weight: number; rate: number }[];
  readonly base: number;
  readonly rollouts: readonly Rollout[];
  readonly otherChanges: readonly CandidateChange[];
  /** Minutes after the onset that the ranking is made. */
  readonly length: number;
  readonly fault: Kind;
  readonly harm: number;
  /** Customer that goes bad, or whose share of traffic grows. */
  readonly customer: number;
  readonly shiftedShare: number;
  readonly culprit: string | null;
}

const attributeOf = { prompt: 'promptVersion', model: 'model', release: 'release' } as const;
type VersionKind = keyof typeof attributeOf;

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

function makeWorld(fault: Kind, draw: Draw): World {
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
    otherChanges.push({
      id: 'culprit',
      kind: 'route',
      at: epoch - draw.whole(0, 8) * minuteMs,
      attribute: 'model',
      to: 'weak',
    });
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

interface Call {
  readonly attributes: Readonly<Record<string, string>>;
  readonly bad: boolean;
}

function drawCall(world: World, minute: number, draw: Draw): Call {
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
  return { attributes, bad: draw.chance(Math.min(0.95, rate)) };
}

interface Outcome {
  readonly kind: Kind;
  /** The first of the list is to blame; a group that holds it counts. */
  readonly topRight: boolean;
  readonly versionBlamed: boolean;
  readonly mixFound: boolean;
  readonly onsetErrorMinutes: number | null;
}

function play(kind: Kind, seed: number): Outcome | null {
  const draw = new Draw(seed);
  const world = makeWorld(kind, draw);
  const points: { at: number; n: number; bad: number }[] = [];
  const calls: (Call & { at: number })[] = [];
  for (let minute = -baselineMinutes; minute < world.length; minute += 1) {
    const daily = 1 + 0.4 * Math.sin((2 * Math.PI * minute) / 1440);
    const load = world.fault === 'seasonal' && minute >= 0 ? 2.5 : daily;
    const n = draw.poisson(world.callsPerMinute * load);
    let bad = 0;
    const at = epoch + minute * minuteMs;
    for (let k = 0; k < n; k += 1) {
      const call = drawCall(world, minute, draw);
      if (call.bad) bad += 1;
      calls.push({ ...call, at });
    }
    points.push({ at, n, bad });
  }
  const end = epoch + world.length * minuteMs;
  const onset = findOnset(points.filter(({ at }) => at >= epoch - 3 * hourMs));
  if (onset === null) return null;
  const ranking = rankSuspects({
    onset: onset.at,
    end,
    slackMs: (onset.to - onset.from) / 2,
    cells: cellsOf(calls, onset.at),
    changes: [...world.rollouts.map(({ change }) => change), ...world.otherChanges],
  });
  const [top] = ranking.suspects;
  const named = ranking.suspects.filter(({ band }) => band === 'strong' || band === 'possible');
  const leads = top !== undefined && top.share > ranking.unknownShare;
  return {
    kind,
    topRight: leads && world.culprit !== null && (top.id === world.culprit || top.groupedWith.includes(world.culprit)),
    versionBlamed: named.some((suspect) => suspect.kind !== 'route' && suspect.kind !== 'mix'),
    mixFound: ranking.verdict === 'traffic mix',
    onsetErrorMinutes: Math.abs(onset.at - trueOnset(world)) / minuteMs,
  };
}

/** A bad version harms from its first call on; every other fault begins at the instant that all is counted from. */
const trueOnset = ({ rollouts }: World): number =>
  epoch + Math.min(0, ...rollouts.filter(({ harm }) => harm > 0).map(({ minute }) => minute)) * minuteMs;

function cellsOf(calls: readonly (Call & { at: number })[], onset: number): Cell[] {
  const cells = new Map<string, { period: Cell['period']; attributes: Cell['attributes']; n: number; bad: number }>();
  for (const { at, attributes, bad } of calls) {
    const period = at < onset ? 'baseline' : 'incident';
    const key = `${period}|${Object.values(attributes).join('|')}`;
    const cell = cells.get(key) ?? { period, attributes, n: 0, bad: 0 };
    cell.n += 1;
    if (bad) cell.bad += 1;
    cells.set(key, cell);
  }
  return [...cells.values()];
}

const print = (line: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const share = (outcomes: readonly Outcome[], holds: (outcome: Outcome) => boolean): number | null =>
  outcomes.length === 0 ? null : Number((outcomes.filter(holds).length / outcomes.length).toFixed(4));

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

function main(): void {
  const { values } = parseArgs({
    options: { incidents: { type: 'string', default: '440' }, seed: { type: 'string', default: '20261122' } },
  });
  const each = Math.ceil(Number(values.incidents) / kinds.length);
  const outcomes: Outcome[] = [];
  for (const [index, kind] of kinds.entries()) {
    const played = Array.from({ length: each }, (_, k) =>
      play(kind, Number(values.seed) + index * 1_000_003 + k * 7919),
    );
    const found = played.filter((outcome) => outcome !== null);
    outcomes.push(...found);
    print({
      bench: 'incidents',
      kind,
      generated: each,
      onsetFound: found.length,
      onsetErrorMinutesMedian: median(found.flatMap(({ onsetErrorMinutes }) => onsetErrorMinutes ?? [])),
      topRight: separable.includes(kind) ? share(found, ({ topRight }) => topRight) : null,
      versionBlamed: share(found, ({ versionBlamed }) => versionBlamed),
      mixVerdict: share(found, ({ mixFound }) => mixFound),
    });
  }
  const topRight =
    share(
      outcomes.filter(({ kind }) => separable.includes(kind)),
      (outcome) => outcome.topRight,
    ) ?? 0;
  const unblamed =
    share(
      outcomes.filter(({ kind }) => innocent.includes(kind)),
      (outcome) => !outcome.versionBlamed,
    ) ?? 0;
  const passed = topRight >= 0.95 && unblamed >= 0.98;
  print({
    bench: 'incidents',
    seed: Number(values.seed),
    incidents: outcomes.length,
    topRight,
    noVersionBlamed: unblamed,
    limits: { topRight: 0.95, noVersionBlamed: 0.98 },
    passed,
  });
  if (!passed) process.exitCode = 1;
}

main();
