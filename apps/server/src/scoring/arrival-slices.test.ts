import { expect, test } from 'vitest';
import { ArrivalLog, ArrivalSlices, type ArrivalSlot } from './arrival-slices.js';

const slots = (...rows: [slot: number, rows: number, mark?: string][]): ArrivalSlot[] =>
  rows.map(([slot, count, mark = 'a']) => ({ slot, rows: count, mark }));
const second = 100_000n;
const seen = (slices: ReturnType<ArrivalSlices['open']>): [bigint, bigint][] =>
  slices.map(({ since, until }) => [since / second, until / second]);

test('newest first, as many slots together as hold the rows of a slice', () => {
  const arrived = slots([1, 60], [2, 30], [3, 30], [4, 200], [5, 1]);
  expect(seen(new ArrivalSlices(100).open(arrived, 1_000n * second))).toEqual([
    [50n, 60n],
    [40n, 50n],
    [20n, 40n],
    [10n, 20n],
  ]);
  expect(seen(new ArrivalSlices(100).open(arrived, 40n * second))).toEqual([
    [20n, 40n],
    [10n, 20n],
  ]);
});

test('a slot is done once its calls have waited long enough, until something else arrives in it', () => {
  const slices = new ArrivalSlices(1_000);
  const [all] = slices.open(slots([1, 1], [2, 1], [3, 1]), 1_000n * second);
  slices.finished(all!, 39n * second);
  expect(seen(slices.open(slots([1, 1], [2, 1], [3, 1]), 1_000n * second))).toEqual([[30n, 40n]]);
  expect(seen(slices.open(slots([1, 1], [2, 2, 'more'], [3, 1]), 1_000n * second))).toEqual([[20n, 40n]]);
  expect(seen(slices.open(slots([1, 2, 'more'], [2, 2, 'more'], [3, 1]), 1_000n * second))).toEqual([[10n, 40n]]);
});

test('a backlog is read once: only slots that may still gain rows are asked for again', async () => {
  const log = new ArrivalLog();
  const at = (seconds: number): bigint => BigInt(seconds) * 1_000_000n;
  const asked: bigint[] = [];
  const look = (since: number, now: number, ...found: ArrivalSlot[]): Promise<readonly ArrivalSlot[]> =>
    log.since(at(since), at(now), (from) => {
      asked.push(from / 1_000_000n);
      return Promise.resolve(found);
    });

  await look(1_000, 1_300, ...slots([1_000, 5], [1_179, 6], [1_180, 7], [1_299, 8]));
  // What came up to 120 s before the look is settled; of the rest the newer answer stands.
  expect(await look(1_000, 1_310, ...slots([1_180, 9], [1_299, 10]))).toEqual(
    slots([1_000, 5], [1_179, 6], [1_180, 9], [1_299, 10]),
  );
  // A cursor that moved on forgets, one that was lost asks for everything.
  expect(await look(1_179, 1_320, ...slots([1_299, 10]))).toEqual(slots([1_179, 6], [1_180, 9], [1_299, 10]));
  expect(await look(900, 1_330, ...slots([950, 1], [1_299, 10]))).toEqual(slots([950, 1], [1_299, 10]));
  expect(asked).toEqual([1_000n, 1_180n, 1_190n, 900n]);
});
