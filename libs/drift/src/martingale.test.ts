import { expect, test } from 'vitest';
import { hasAlarmed, startMartingale, stepMartingale, type Martingale } from './index.js';

/** Lehmer generator: fixed streams, no library. */
function stream(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function run(seed: number, length: number, shift: number): { alarmedAt: number | null } {
  const random = stream(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  let state: Martingale = startMartingale(Array.from({ length: 400 }, normal));
  for (let index = 1; index <= length; index += 1) {
    state = stepMartingale(state, normal() + shift, random());
    if (hasAlarmed(state)) return { alarmedAt: index };
  }
  return { alarmedAt: null };
}

test('bets by hand: eight bins, Dirichlet(1), the first bet is even', () => {
  const state = stepMartingale(startMartingale([1, 2, 3]), 10, 0.5);
  expect(state).toMatchObject({ seen: 1, logWealth: 0, counts: [0, 1, 0, 0, 0, 0, 0, 0], sorted: [1, 2, 3, 10] });
  // p = (0 + 0.5) / 5 = 0.1 falls into the first bin, whose density is 8 * 1 / 9.
  expect(stepMartingale(state, 11, 0.5).logWealth).toBeCloseTo(Math.log(8 / 9), 12);
});

test('a stream without drift hardly ever alarms, a shifted one soon does', () => {
  const still = Array.from({ length: 60 }, (_, index) => run(1_000 + index, 400, 0));
  expect(still.filter(({ alarmedAt }) => alarmedAt !== null).length).toBeLessThanOrEqual(2);
  const shifted = Array.from({ length: 20 }, (_, index) => run(5_000 + index, 400, 1).alarmedAt ?? 401);
  expect(shifted.sort((a, b) => a - b)[10]).toBeLessThan(60);
});
