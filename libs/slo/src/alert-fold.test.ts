import { objectiveWrite } from '@plimsoll/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advanceTier,
  baseOf,
  emptyTotals,
  foldTier,
  initialTierStatus,
  judgedObjective,
  lookbackEdges,
  PointSeries,
  sliKindOf,
  stepWithoutData,
  type Checkpoint,
  type KeptCheckpoint,
  type SliPoint,
  type TierStatus,
} from './index.js';
import { addTotals } from './point-totals.js';

const DAY = 86_400;
const definition = (parts: object) =>
  judgedObjective(
    objectiveWrite.parse({
      slug: 'o',
      name: 'O',
      indicator: { kind: 'error' },
      target: '0.99',
      window: '7d',
      ...parts,
    }),
    7 * DAY,
  );

const point = (minute: number, eligible: number, bad: number, stratum = ''): SliPoint => ({
  ...emptyTotals,
  minute,
  stratum,
  population: eligible,
  eligible,
  bad,
  sumW: eligible,
  sumWx: bad,
  sumW2: eligible,
  sumW2x: bad,
  sumW2x2: bad,
  selected: eligible,
  settled: eligible,
});

/** Sums between neighbouring edges, as a store gives them. */
function stretches(points: readonly SliPoint[], edges: readonly number[]): SliPoint[] {
  const ordered = edges.toSorted((a, b) => a - b);
  const cells = new Map<string, SliPoint>();
  for (const each of points) {
    const start = ordered.findLast((edge) => edge <= each.minute);
    if (start === undefined) continue;
    const key = `${start} ${each.stratum}`;
    const known = cells.get(key);
    const sum = known === undefined ? each : addTotals(known, each);
    cells.set(key, { ...sum, minute: start, stratum: each.stratum });
  }
  return [...cells.values()].toSorted((a, b) => a.minute - b.minute);
}

const thresholds = [
  { name: 'gone', severity: 'page', exhaustsIn: '4h' },
  { name: 'drop', severity: 'ticket', drop: '0.05', window: '15m' },
];
const objectives = {
  errors: definition({}),
  'volume-aware errors': definition({ volumeAware: true }),
  quality: definition({ target: '0.9', indicator: { kind: 'quality', scorer: 'json-valid' } }),
  'budgets of errors': definition({ policy: { thresholds } }),
  'budgets of quality': definition({
    target: '0.9',
    indicator: { kind: 'quality', scorer: 'json-valid' },
    policy: { thresholds: [{ ...thresholds[0], exhaustsIn: '8h' }] },
  }),
};

/** Up to two and a half hours with quiet and failing stretches. */
const traffic = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 25 }),
      eligible: fc.integer({ min: 0, max: 30 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 3, maxLength: 6 },
  )
  .map((phases) => {
    const points: SliPoint[] = [];
    for (const { length, eligible, share } of phases) {
      for (let index = 0; index < length; index++) {
        const minute = points.length;
        points.push(point(minute, eligible, Math.floor(eligible * share), minute % 2 === 0 ? 'base' : 'risky'));
      }
    }
    return points;
  });

describe('one fold', () => {
  test.each(Object.entries(objectives))('of %s: minute by minute, at once and from stretches', (_, objective) => {
    fc.assert(
      fc.property(traffic, (points) => {
        const end = points.length;
        for (const tier of objective.tiers) {
          const series = new PointSeries(points);
          const whole = foldTier({ objective, tier, series, status: initialTierStatus, from: 0, to: end });
          let status = initialTierStatus;
          const kinds: string[] = [];
          for (let minute = 0; minute < end; minute++) {
            const cells = new PointSeries(stretches(points, lookbackEdges(objective, minute, minute + 1)));
            const stored = JSON.parse(JSON.stringify(status)) as typeof status;
            const step = foldTier({ objective, tier, series: cells, status: stored, from: minute, to: minute + 1 });
            kinds.push(...step.transitions.map(({ kind }) => `${kind} ${minute}`));
            status = step.status;
          }
          expect(kinds).toEqual(whole.transitions.map(({ kind, minute }) => `${kind} ${minute}`));
          expect(status.alert).toEqual(whole.status.alert);
        }
      }),
      { numRuns: 6, seed: 1 },
    );
  });
});

describe('what a kind reads', () => {
  const money = { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' };
  const kinds = {
    ...objectives,
    latency: definition({ indicator: { kind: 'latency', measure: 'ttft', thresholdMs: 900 } }),
    'a mean': definition({ target: '0.9', indicator: { kind: 'quality', scorer: 'tone', measure: 'mean' } }),
    cost: definition({ indicator: money }),
    'volume-aware cost': definition({ indicator: money, volumeAware: true }),
  };

  test.each(Object.entries(kinds))('%s: the other sums change no verdict and no figure', (_, objective) => {
    const { reads } = sliKindOf(objective.definition.indicator.kind);
    const only = (each: SliPoint): SliPoint => ({
      ...emptyTotals,
      ...Object.fromEntries(reads.map((field) => [field, each[field]])),
      minute: each.minute,
      stratum: each.stratum,
    });
    fc.assert(
      fc.property(traffic, (points) => {
        // A bad call costs eight cents and a good one a cent.
        const paid = points.map((each) => ({
          ...each,
          outcomes: each.eligible,
          cost: BigInt(each.eligible + 7 * each.bad) * 10n ** 10n,
          population: each.population * 3,
          sumW: each.sumW * 2.5,
          sumWx: each.sumWx * 2.5,
          sumW2: each.sumW2 * 6.25,
          sumW2x: each.sumW2x * 6.25,
          sumW2x2: each.sumW2x2 * 6.25,
          excluded: 1,
        }));
        const told = (own: readonly SliPoint[], tier: (typeof objective.tiers)[number]) => {
          const input = { objective, tier, series: new PointSeries(own), status: initialTierStatus };
          const { status, transitions } = foldTier({ ...input, from: 0, to: own.length });
          return [status, transitions.map((each) => [each.minute, each.kind, each.judgement.evidence()])];
        };
        for (const tier of objective.tiers) expect(told(paid.map(only), tier)).toEqual(told(paid, tier));
      }),
      { numRuns: 10, seed: 2 },
    );
  });
});

describe('data that are back', () => {
  test.each([
    ['still failing', 20, false, 'firing'],
    ['recovered', 0, false, 'resolving'],
    ['still failing, with late rows', 20, true, 'firing'],
  ] as const)('%s', (_, bad, late, state) => {
    const objective = objectives.errors;
    const tier = objective.tiers[0];
    if (tier === undefined) throw new Error('a tier');
    const points = Array.from({ length: 300 }, (_each, minute) =>
      point(minute, 20, minute < 180 ? 0 : minute < 250 ? 20 : bad),
    );
    const series = new PointSeries(points);
    const start = { status: initialTierStatus, minute: 178 };
    const fired = advanceTier({
      objective,
      tier,
      series,
      live: start,
      checkpoints: [],
      closed: 250,
      late: false,
      sent: [],
    });
    const { status } = stepWithoutData(tier, fired.live.status, 255);
    const sent = fired.transitions.map(({ minute, kind }) => ({ minute, kind }));
    const live = { status, minute: fired.live.minute };
    const { checkpoints } = fired;
    const back = advanceTier({ objective, tier, series, live, checkpoints, closed: 258, late, sent });
    expect(back.transitions.map(({ kind, minute }) => [kind, minute])).toEqual([['data_returned', 250]]);
    expect(back.live.status.alert.state).toBe(state);
  });
});

describe('late rows', () => {
  const objective = objectives.errors;
  const tier = objective.tiers[0] ?? objective.tiers[1];
  const calm = Array.from({ length: 300 }, (_, minute) => point(minute, 20, 0));
  const failing = calm.map((each) => (each.minute >= 250 && each.minute < 262 ? point(each.minute, 20, 20) : each));
  const start = { status: initialTierStatus, minute: 178 };

  test('tell what was missed, once, and withdraw nothing', () => {
    if (tier === undefined) throw new Error('a tier');
    const step = (
      points: readonly SliPoint[],
      from: typeof start,
      closed: number,
      late: boolean,
      sent: Parameters<typeof advanceTier>[0]['sent'],
    ) =>
      advanceTier({
        objective,
        tier,
        series: new PointSeries(points),
        live: from,
        checkpoints: [],
        closed,
        late,
        sent,
      });
    const quiet = step(calm, start, 280, false, []);
    expect(quiet.transitions).toEqual([]);
    const told = step(failing, quiet.live, 281, true, []);
    expect(told.transitions.map(({ kind, minute }) => [kind, minute])).toEqual([
      ['fired', 258],
      ['resolved', 271],
    ]);
    const again = step(failing, told.live, 282, true, told.transitions);
    expect(again.transitions).toEqual([]);
    const withdrawn = step(calm, again.live, 283, true, told.transitions);
    expect(withdrawn.transitions).toEqual([]);
  });

  test('keep an alert open that would not have fired, until it resolves by itself', () => {
    if (tier === undefined) throw new Error('a tier');
    const fired = advanceTier({
      objective,
      tier,
      series: new PointSeries(failing),
      checkpoints: [],
      live: start,
      closed: 262,
      late: false,
      sent: [],
    });
    expect(fired.live.status.alert.state).toBe('firing');
    const after = advanceTier({
      objective,
      tier,
      series: new PointSeries(calm),
      checkpoints: [],
      live: fired.live,
      closed: 264,
      late: true,
      sent: fired.transitions,
    });
    expect(after.live.status.alert.state).toBe('resolving');
    const later = advanceTier({
      objective,
      tier,
      series: new PointSeries(calm),
      checkpoints: [],
      live: after.live,
      closed: 280,
      late: false,
      sent: fired.transitions,
    });
    expect(later.transitions.map(({ kind }) => kind)).toEqual(['resolved']);
  });
});

describe('checkpoints', () => {
  const objective = objectives.errors;
  const points = Array.from({ length: 900 }, (_, minute) => point(minute, 20, minute >= 300 && minute < 345 ? 18 : 0));

  test('stand for the states of two hours ago, whatever way they were reached', () => {
    for (const tier of objective.tiers) {
      const series = new PointSeries(points);
      const states = new Map<number, TierStatus>();
      foldTier({
        objective,
        tier,
        series,
        status: initialTierStatus,
        from: 200,
        to: 800,
        keep: (minute, status) => states.set(minute, status),
      });
      let live: Checkpoint = { status: initialTierStatus, minute: 199 };
      let checkpoints: readonly KeptCheckpoint[] = [];
      for (const closed of [233, 290, 302, 340, 341, 400, 470, 471, 560, 700, 800]) {
        const stored = JSON.parse(JSON.stringify(checkpoints)) as KeptCheckpoint[];
        const input = { objective, tier, series, live, checkpoints: stored, closed, sent: [] };
        ({ live, checkpoints } = advanceTier({ ...input, late: false }));
        const base = baseOf(checkpoints, closed);
        expect(closed - 1 - base.minute).toBeGreaterThanOrEqual(120);
        expect(closed - 1 - base.minute).toBeLessThan(151);
        expect(base.status).toEqual(states.get(base.minute) ?? initialTierStatus);
        expect(checkpoints.length).toBeLessThan(7);
      }
    }
  });
});

describe('a sustained drop', () => {
  test('opens a ticket that no burn rate would', () => {
    const objective = definition({
      target: '0.95',
      window: '28d',
      indicator: { kind: 'quality', scorer: 'json-valid' },
    });
    const slowest = objective.tiers.at(-1);
    if (slowest === undefined) throw new Error('a tier');
    // 4 % bad for a day, then 8 %: a burn of 1.6 that three days of history dilute.
    const states: TierStatus[] = [];
    const points = Array.from({ length: 6000 }, (_, minute) => point(minute, 25, minute < 4000 ? 1 : 2));
    const { transitions } = foldTier({
      objective,
      tier: slowest,
      series: new PointSeries(points),
      status: initialTierStatus,
      from: 3900,
      to: 5000,
      keep: (_, status) => states.push(status),
    });
    const fired = transitions.find(({ kind }) => kind === 'fired');
    // Half way in the logarithm it asks to be looked at more closely.
    const warned = states.findIndex((state) => state.warned === true) + 3900;
    expect(warned).toBeGreaterThan(4000);
    expect(warned).toBeLessThan(fired?.minute ?? 0);
    expect(fired?.minute).toBeGreaterThan(4000);
    expect(fired?.minute).toBeLessThan(4120);
  });
});
