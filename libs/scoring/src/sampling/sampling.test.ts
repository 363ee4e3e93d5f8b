import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decide, draw, judgeRules, reserve, settle, weightedRate, type SamplingFacts } from '../index.js';

const traceId = (index: number): string => createHash('md5').update(String(index)).digest('hex');
const nothing: SamplingFacts = { suspicious: false, thumbsDown: false, newVersion: false };

describe('draw', () => {
  test('is the first 53 bits of SHA-256(domain, policy version, trace id)', () => {
    const hex = createHash('sha256')
      .update(`plimsoll.sampling.v1\0v3\0${traceId(1)}`)
      .digest('hex');
    const expected = Number(BigInt(`0x${hex.slice(0, 16)}`) >> 11n) / 2 ** 53;
    expect(draw('v3', traceId(1))).toBe(expected);
  });

  test('is uniform and differs by policy version', () => {
    const draws = Array.from({ length: 20_000 }, (_, index) => draw('v1', traceId(index)));
    const counts = Array.from({ length: 10 }, (_, bin) => draws.filter((u) => Math.floor(u * 10) === bin).length);
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2_000) ** 2 / 2_000, 0);
    expect(chiSquare).toBeLessThan(27.9); // p = 0.001 with 9 degrees of freedom
    expect(draw('v1', traceId(5))).not.toBe(draw('v2', traceId(5)));
  });
});

describe('decide', () => {
  const policy = { version: 'v1', baseRate: 0.05, rules: judgeRules };

  test('a smaller sample lies inside a larger one', () => {
    for (let index = 0; index < 2_000; index += 1) {
      const small = decide({ ...policy, baseRate: 0.05 }, traceId(index), nothing, 1);
      const large = decide({ ...policy, baseRate: 0.2 }, traceId(index), nothing, 1);
      if (small.selected) expect(large.selected).toBe(true);
      expect(small.u).toBe(large.u);
    }
  });

  test('takes the highest rate that applies and names its stratum', () => {
    expect(decide(policy, traceId(1), { ...nothing, suspicious: true }, 1)).toMatchObject({
      sampleP: 0.5,
      stratum: 'suspicious',
    });
    expect(decide(policy, traceId(1), { ...nothing, suspicious: true, thumbsDown: true }, 0.5)).toMatchObject({
      sampleP: 0.5,
      stratum: 'thumbsDown',
      selected: true,
    });
    expect(decide(policy, traceId(1), nothing, 0.5)).toMatchObject({ sampleP: 0.025, stratum: 'base' });
    expect(decide({ ...policy, baseRate: 0 }, traceId(1), nothing, 1).selected).toBe(false);
    expect(decide({ ...policy, baseRate: 1 }, traceId(1), nothing, 1).selected).toBe(true);
  });
});

// The simulation of the design: 22 % suspicious calls kept at 50 %, the rest at 5 %.
test('weights undo a biased sample, which a plain mean does not', () => {
  const suspicious = (index: number): boolean => index % 100 < 22;
  const bad = (index: number): boolean =>
    suspicious(index) ? draw('truth', traceId(index)) < 0.7 : draw('truth', traceId(index)) < 0.11;
  let truth = 0;
  const scores: { y: number; p: number }[] = [];
  for (let index = 0; index < 10_000; index += 1) {
    truth += Number(bad(index)) / 10_000;
    const decision = decide(
      { version: 'sim', baseRate: 0.05, rules: judgeRules },
      traceId(index),
      { ...nothing, suspicious: suspicious(index) },
      1,
    );
    if (decision.selected) scores.push({ y: Number(bad(index)), p: decision.sampleP });
  }
  const naive = scores.reduce((sum, { y }) => sum + y, 0) / scores.length;
  const { rate, standardError, effectiveN } = weightedRate(scores);
  expect(Math.abs(naive - truth)).toBeGreaterThan(0.15);
  expect(Math.abs((rate ?? 0) - truth)).toBeLessThan(2.6 * (standardError ?? 0));
  expect(standardError).toBeGreaterThan(0.01);
  expect(standardError).toBeLessThan(0.018);
  expect(effectiveN).toBeGreaterThan(500);
  expect(effectiveN).toBeLessThan(750);
  expect(weightedRate([])).toEqual({ rate: null, standardError: null, effectiveN: 0 });
});

test('a reservation that does not fit is refused and settling frees the rest', () => {
  const day = { limit: 10n, spent: 4n, reserved: 0n };
  const held = reserve(day, 5n);
  expect(held).toEqual({ limit: 10n, spent: 4n, reserved: 5n });
  expect(held && reserve(held, 2n)).toBeNull();
  expect(held && settle(held, 5n, 3n)).toEqual({ limit: 10n, spent: 7n, reserved: 0n });
  expect(reserve({ limit: null, spent: 0n, reserved: 0n }, 10n ** 20n)).not.toBeNull();
});
