import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GivenSpan, type RollupsWorld, send, startWorld } from './testing/world.js';

let world: RollupsWorld;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

test('two workers at once, while copies, roots and late spans arrive: every figure is what the rows say', async () => {
  let state = 7;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const workers = [world.newService(), world.newService()];
  const randomSpan = (): GivenSpan => {
    const trace = random(12);
    const which = random(4);
    return {
      id: `t${trace}s${which}`,
      trace: `t${trace}`,
      parent: which === 0 ? '' : `t${trace}s0`,
      // The end is a function of the span, except for a few whose second copy ends at another time.
      at: trace * 7 - which * 3 + (random(20) === 0 ? 0.5 : 0),
      kind: which === 1 ? 'tool' : 'generation',
      feature: random(3) === 0 ? '' : `feature ${random(3)}`,
      cost: random(5) === 0 ? null : `${random(100) / 100}`,
      finished: random(8) === 0 ? 0 : 1,
    };
  };
  for (let step = 0; step < 12; step += 1) {
    await Promise.all([
      send(world.clickhouse, ...Array.from({ length: 1 + random(6) }, randomSpan)),
      ...workers.filter(() => random(2) === 0).map((worker) => worker.runMinutePass()),
    ]);
  }
  await workers[0]!.runMinutePass();
  await world.newService().runMinutePass();
  await world.newService().runHourPass();

  const rows = await world.clickhouse.query<Stored>(
    `SELECT trace_id, span_id, parent_span_id, toStartOfMinute(time) AS minute, time, kind, feature, finished,
       toInt64(ifNull(cost, 0) * 100) AS cents, version FROM spans ORDER BY version`,
  );
  const standing = [...new Map(rows.map((row) => [`${row.trace_id} ${row.span_id} ${row.time}`, row])).values()];
  expect(await minuteSums()).toEqual(sumsBy(standing, (row) => row.minute));
  expect(await featureSums()).toEqual(sumsBy(standing.filter(isStoredCall), (row) => effectiveFeature(row, standing)));
});

interface Stored {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly minute: string;
  readonly time: string;
  readonly kind: string;
  readonly feature: string;
  readonly finished: number;
  readonly cents: number;
}

const isStoredCall = (row: Stored): boolean => row.kind === 'generation';

/** Of several rows of the root's id the one that started first is the root: here all spans take one second. */
function effectiveFeature(row: Stored, all: readonly Stored[]): string {
  const roots = all.filter((each) => each.trace_id === row.trace_id && each.parent_span_id === '');
  const root = roots.toSorted((left, right) => (left.time < right.time ? -1 : 1))[0];
  return row.feature !== '' ? row.feature : (root?.feature ?? '');
}

/** Calls and cents of finished spans by a key, keys without calls left out. */
function sumsBy(rows: readonly Stored[], keyOf: (row: Stored) => string): Record<string, [number, number]> {
  const sums: Record<string, [number, number]> = {};
  for (const row of rows.filter((each) => each.finished === 1 && isStoredCall(each))) {
    const [calls, cents] = sums[keyOf(row)] ?? [0, 0];
    sums[keyOf(row)] = [calls + 1, cents + row.cents];
  }
  return sums;
}

interface SumRow {
  readonly key: string;
  readonly n: number;
  readonly cents: number;
}

const asSums = (rows: readonly SumRow[]): Record<string, [number, number]> =>
  Object.fromEntries(rows.map(({ key, n, cents }) => [key, [n, cents]]));

async function minuteSums(): Promise<Record<string, [number, number]>> {
  return asSums(
    await world.clickhouse.query<SumRow>(
      'SELECT minute AS key, calls AS n, toInt64(cost * 100) AS cents FROM minute_rollup FINAL WHERE calls > 0',
    ),
  );
}

async function featureSums(): Promise<Record<string, [number, number]>> {
  return asSums(
    await world.clickhouse.query<SumRow>(
      'SELECT toString(feature) AS key, sum(calls) AS n, toInt64(sum(cost) * 100) AS cents FROM hour_rollup FINAL GROUP BY key HAVING n > 0',
    ),
  );
}
