import { readFileSync } from 'node:fs';
import { driftEvaluation, driftObservation, type DriftEvaluation, type DriftObservation } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { evaluateDrift, noAlarm, stepAlarm } from './index.js';

interface Row {
  id: string;
  model: string;
  version: string;
  prompt?: string;
  output: string;
  correct: 0 | 1;
  formatOk: 0 | 1;
}

// LLMDrift (Chen, Zaharia, Zou 2023), Apache-2.0; see test/fixtures/llmdrift/README.md.
const read = (name: string): Row[] =>
  readFileSync(new URL(`../../../test/fixtures/llmdrift/${name}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

const observation = (row: Row): DriftObservation => ({
  output: row.output,
  ...(row.prompt === undefined ? {} : { input: row.prompt }),
  key: row.id,
  scores: { correct: row.correct === 1, format_ok: row.formatOk === 1 },
});

const prime = read('prime');
const leetcode = read('leetcode');
const of = (rows: Row[], model: string, version: string): DriftObservation[] =>
  rows.filter((row) => row.model === model && row.version === version).map(observation);
const declared = { directions: { correct: 'higher', format_ok: 'higher' } } as const;
const feature = (evaluation: DriftEvaluation, name: string) => {
  const found = evaluation.features.find((one) => one.name === name);
  if (!found) throw new Error(`no feature ${name}`);
  return found;
};

describe('real model updates', () => {
  test('GPT-4, March to June 2023, primes: a regression of correctness', () => {
    const result = evaluateDrift(of(prime, 'gpt-4', '0314'), of(prime, 'gpt-4', '0613'), declared);
    expect(driftEvaluation.parse(result)).toEqual(result);
    expect(result.verdict).toBe('regression');
    expect(feature(result, 'correct')).toMatchObject({ drifted: true, direction: 'worse', test: 'chi_square' });
    expect(feature(result, 'characters').effect).toBeGreaterThan(0.95);
    expect(feature(result, 'characters')).toMatchObject({ drifted: true, direction: 'neutral' });
    expect(result.headline).toMatch(/^Regression: correct went from \d/);
  });

  test('without declared directions the same move is a change', () => {
    expect(evaluateDrift(of(prime, 'gpt-4', '0314'), of(prime, 'gpt-4', '0613')).verdict).toBe('change');
  });

  test('GPT-3.5, primes: correctness rises while the format falls', () => {
    const result = evaluateDrift(of(prime, 'gpt-3.5-turbo', '0301'), of(prime, 'gpt-3.5-turbo', '0613'), declared);
    expect(feature(result, 'correct')).toMatchObject({ drifted: true, direction: 'better' });
    expect(feature(result, 'format_ok').direction).toBe('worse');
    expect(result.verdict).toBe('regression');
  });

  test('GPT-4, programming: the format regresses, a PSI over 1 and the correctness do not count', () => {
    const result = evaluateDrift(of(leetcode, 'gpt-4', '0314'), of(leetcode, 'gpt-4', '0613'), declared);
    expect(result.verdict).toBe('regression');
    expect(feature(result, 'format_ok')).toMatchObject({ drifted: true, direction: 'worse' });
    expect(feature(result, 'code_fence').drifted).toBe(true);
    expect(feature(result, 'correct').drifted).toBe(false);
    const characters = feature(result, 'characters');
    // Computed with NumPy: ten quantile bins of the reference, half-open, shares of at least 1e-4.
    expect(characters.psiUncorrected).toBeCloseTo(1.0211002104747304, 9);
    expect(characters.jsUncorrected).toBeCloseTo(0.3284773498045855, 9);
    expect(characters.effect).toBeCloseTo(0.18, 9);
    expect(characters.psi).toBeCloseTo(1.0211002104747304 - 9 * (1 / 50 + 1 / 50), 9);
    expect(characters.q).toBeGreaterThan(0.3);
    expect(characters.drifted).toBe(false);
  });

  test('the same prompts in pairs', () => {
    const result = evaluateDrift(of(prime, 'gpt-4', '0314'), of(prime, 'gpt-4', '0613'), { ...declared, paired: true });
    expect(result).toMatchObject({ verdict: 'regression', nReference: 120, nCurrent: 120 });
    expect(feature(result, 'correct')).toMatchObject({ test: 'mcnemar', drifted: true });
    expect(feature(result, 'characters')).toMatchObject({ test: 'wilcoxon', drifted: true });
  });
});

describe('silence', () => {
  const march = of(prime, 'gpt-4', '0314');

  test('halves of one version: nothing alarms although PSI is over 0.2 somewhere', () => {
    const result = evaluateDrift(
      march.filter((_, index) => index % 2 === 0),
      march.filter((_, index) => index % 2 === 1),
    );
    expect(result.verdict).toBe('inconclusive');
    expect(Math.max(...result.features.map(({ psiUncorrected }) => psiUncorrected ?? 0))).toBeGreaterThan(0.2);
    for (const { test: used, minimumDetectableEffect, effectFloor } of result.features) {
      if (used !== 'none') expect(minimumDetectableEffect).toBeGreaterThanOrEqual(effectFloor);
    }
  });

  test('a window against itself is quiet and says what it would have found', () => {
    const result = evaluateDrift(march, march);
    expect(result.verdict).toBe('quiet');
    expect(result.headline).toMatch(/Nothing moved; a shift of D 0\.\d+ or more/);
  });

  test.each([
    [0, 0],
    [29, 120],
    [120, 29],
  ])('%i against %i is insufficient', (n, m) => {
    const result = evaluateDrift(march.slice(0, n), march.slice(0, m), declared);
    expect(result.verdict).toBe('insufficient');
    expect(result.features.every(({ drifted }) => !drifted)).toBe(true);
  });
});

describe('mix of questions', () => {
  const texts = (length: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${'word '.repeat(length + ((index * 7) % 11))}end.`);
  const long = (count: number): DriftObservation[] => texts(120, count).map((output) => ({ output, stratum: 'essay' }));
  const short = (count: number): DriftObservation[] => texts(12, count).map((output) => ({ output, stratum: 'label' }));

  test('another mix of the same answers is a changed mix and no drift', () => {
    const result = evaluateDrift([...long(150), ...short(50)], [...long(50), ...short(150)]);
    expect(result.verdict).toBe('input_mix_changed');
    expect(feature(result, 'stratum').drifted).toBe(true);
    expect(result.headline).toContain('mix of questions');
  });

  test('a real change under a changed mix is still found', () => {
    const changed = short(150).map(({ output }) => ({ output: `${output} ${'more '.repeat(30)}`, stratum: 'label' }));
    const result = evaluateDrift([...long(150), ...short(50)], [...long(50), ...changed]);
    expect(result.verdict).toBe('change');
    expect(result.notes.join(' ')).toContain('within the same kind of question');
  });

  test('without labels the words of the questions tell', () => {
    const ask = (topic: string, length: number, count: number): DriftObservation[] =>
      texts(length, count).map((output, index) => ({ output, input: `${topic} please, case ${index % 17} of them` }));
    const refunds = (count: number): DriftObservation[] => ask('refund the broken parcel order', 60, count);
    const recipes = (count: number): DriftObservation[] => ask('cook a vegetarian dinner recipe', 14, count);
    const result = evaluateDrift([...refunds(150), ...recipes(50)], [...refunds(50), ...recipes(150)]);
    expect(result.verdict).toBe('input_mix_changed');
    expect(feature(result, 'input_topic').drifted).toBe(true);
    const same = evaluateDrift([...refunds(100), ...recipes(100)], [...recipes(100), ...refunds(100)]);
    expect(same.verdict).toBe('quiet');
  });

  test('strata that share nothing cannot be compared', () => {
    const result = evaluateDrift(long(100), short(100));
    expect(result.verdict).toBe('input_mix_changed');
    expect(result.notes.join(' ')).toContain('cannot be compared');
  });
});

test('labels: a new one is named, rare ones are pooled', () => {
  const labelled = (labels: string[]): DriftObservation[] =>
    labels.map((language) => ({ output: 'x', scores: { language } }));
  const before = [...Array.from({ length: 95 }, () => 'en'), 'de', 'fr', 'es', 'it', 'pt'];
  const after = [...Array.from({ length: 60 }, () => 'en'), ...Array.from({ length: 40 }, () => 'pl')];
  const result = evaluateDrift(labelled(before), labelled(after));
  expect(feature(result, 'language')).toMatchObject({ drifted: true, newLevels: ['pl'], kind: 'categorical' });
  expect(feature(result, 'language').distribution?.buckets).toEqual(['en', 'pl', 'other']);
});

test('a tenth of the traffic far outside is found by its tail', () => {
  const value = (index: number): number => 100 + ((index * 37) % 101) + ((index * 13) % 7) / 10;
  const scored = (values: number[]): DriftObservation[] =>
    values.map((latency) => ({ output: 'same', scores: { latency } }));
  const before = Array.from({ length: 400 }, (_, index) => value(index));
  const after = Array.from({ length: 100 }, (_, index) => (index % 10 === 0 ? 900 + index : value(index * 3 + 1)));
  const result = evaluateDrift(scored(before), scored(after), { directions: { latency: 'lower' } });
  expect(feature(result, 'latency').tail?.drifted).toBe(true);
  expect(feature(result, 'latency').q).toBeGreaterThan(0.01);
  expect(result.verdict).toBe('regression');
});

test('weights count: a sample that was drawn unevenly is not a drift', () => {
  const scored = (good: boolean, weight: number, count: number): DriftObservation[] =>
    Array.from({ length: count }, () => ({ output: 'x', weight, scores: { ok: good } }));
  const everything = [...scored(true, 1, 360), ...scored(false, 1, 40)];
  const uneven = [...scored(true, 10, 90), ...scored(false, 2, 50)];
  expect(evaluateDrift(everything, uneven, { directions: { ok: 'higher' } }).verdict).toBe('quiet');
  const plain = uneven.map(({ output, scores }) => ({ output, scores }));
  expect(evaluateDrift(everything, plain, { directions: { ok: 'higher' } }).verdict).toBe('regression');
});

test('the order of the observations does not matter', () => {
  const before = of(prime, 'gpt-4', '0314');
  const after = of(prime, 'gpt-4', '0613');
  const result = evaluateDrift(before, after, declared);
  const reversed = evaluateDrift(before.toReversed(), after.toReversed(), declared);
  expect(reversed.features.map(({ q }) => q)).toEqual(result.features.map(({ q }) => q));
});

test('unknown fields and mixed score types are refused by name', () => {
  expect(driftObservation.safeParse({ output: 'x', extra: 1 }).success).toBe(false);
  expect(() => evaluateDrift([{ output: 'x', scores: { s: 1 } }], [{ output: 'x', scores: { s: 'a' } }])).toThrow(
    /scores\.s mixes/,
  );
});

test('one mild window is waited for, a gross one is not, three quiet ones clear', () => {
  const drift = (effect: number) =>
    ({ verdict: 'change', features: [{ drifted: true, effect, side: 'output' }] }) as unknown as DriftEvaluation;
  const quiet = { verdict: 'quiet', features: [] } as unknown as DriftEvaluation;
  const unsure = { verdict: 'inconclusive', features: [] } as unknown as DriftEvaluation;
  const run = (...windows: DriftEvaluation[]): boolean => windows.reduce(stepAlarm, noAlarm).active;
  expect(run(drift(0.2))).toBe(false);
  expect(run(drift(0.2), quiet, drift(0.2))).toBe(false);
  expect(run(drift(0.2), unsure, drift(0.2))).toBe(true);
  expect(run(drift(0.3))).toBe(true);
  expect(run(drift(0.3), quiet, quiet)).toBe(true);
  expect(run(drift(0.3), quiet, quiet, quiet)).toBe(false);
});
