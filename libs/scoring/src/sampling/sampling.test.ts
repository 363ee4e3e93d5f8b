import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decide, draw, judgeRules, weightedRate, type SamplingFacts } from '../index.js';

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
  const bad = (index: number): boolean => draw('truth', traceId(index)) < (suspicious(index) ? 0.7 : 0.11);
  let truth = 0;
  let plain = { n: 0, bad: 0 };
  let sums = { sumW: 0, sumWx: 0, sumW2: 0 };
  for (let index = 0; index < 10_000; index += 1) {
    const y = Number(bad(index));
    truth += y / 10_000;
    const policy = { version: 'sim', baseRate: 0.05, rules: judgeRules };
    const facts = { ...nothing, suspicious: suspicious(index) };
    const { selected, sampleP } = decide(policy, traceId(index), facts, 1);
    if (!selected) continue;
    const w = 1 / sampleP;
    plain = { n: plain.n + 1, bad: plain.bad + y };
    sums = { sumW: sums.sumW + w, sumWx: sums.sumWx + w * y, sumW2: sums.sumW2 + w * w };
  }
  expect(Math.abs(plain.bad / plain.n - truth)).toBeGreaterThan(0.15);
  const weighted = weightedRate(sums);
  expect(weighted?.low).toBeLessThan(truth);
  expect(weighted?.high).toBeGreaterThan(truth);
  expect((weighted?.high ?? 1) - (weighted?.low ?? 0)).toBeLessThan(0.08);
  expect(weighted?.effectiveN).toBeGreaterThan(500);
  expect(weighted?.effectiveN).toBeLessThan(750);
  expect(weightedRate({ sumW: 0, sumWx: 0, sumW2: 0 })).toBeNull();
});
