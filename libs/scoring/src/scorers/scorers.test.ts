import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultScorerIds, findRuleScorer, ruleScorers, type ScoringSubject } from '../index.js';
import { guardedPattern, patternProblem } from './guarded-pattern.js';

const blank: ScoringSubject = {
  input: '',
  system: null,
  output: '',
  context: [],
  expected: null,
  finishReason: null,
  status: 'ok',
  toolCalls: [],
  tools: [],
};

interface Case {
  settings: unknown;
  subject: Partial<ScoringSubject>;
  expected: { value: number | null; label: string | null; passed: boolean | null } | null;
}

const cases = JSON.parse(
  readFileSync(new URL('../../../../test/cases/scoring/scorers.json', import.meta.url), 'utf8'),
) as Record<string, Case[]>;

describe.each(ruleScorers.map((scorer) => [scorer.id, scorer] as const))('%s', (id, scorer) => {
  const rows = cases[id] ?? [];

  test('keeps the contract of a scorer', () => {
    expect(id).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(rows.length).toBeGreaterThanOrEqual(3);
    expect(scorer.settings.safeParse(scorer.example).success).toBe(true);
    expect(() => scorer.prepare({ nonsense: 1 })).toThrow();
    const score = scorer.prepare(scorer.example);
    const subjects = [
      blank,
      { ...blank, status: 'error' as const },
      { ...blank, output: '\u0000\ud83d x'.repeat(20_000) },
    ];
    for (const subject of subjects) {
      const first = score(subject);
      expect(score(subject)).toEqual(first);
      if (first === null) continue;
      expect((first.value === null) !== (first.label === null)).toBe(true);
      expect(Number.isFinite(first.value ?? 0)).toBe(true);
      if (scorer.output === 'binary') expect([0, 1]).toContain(first.value);
      expect((first.reason ?? '').length).toBeLessThanOrEqual(300);
    }
  });

  test.each(rows.map((row, index) => [index, row] as const))('case %i', (_, row) => {
    const found = scorer.prepare(row.settings)({ ...blank, ...row.subject });
    if (row.expected === null || found === null) {
      expect(found).toEqual(row.expected);
      return;
    }
    expect({ label: found.label, passed: found.passed }, found.reason ?? '').toEqual({
      label: row.expected.label,
      passed: row.expected.passed,
    });
    if (row.expected.value === null) expect(found.value).toBeNull();
    else expect(found.value).toBeCloseTo(row.expected.value, 6);
  });
});

test('no answer, however odd, breaks a scorer', () => {
  const prepared = ruleScorers.map((scorer) => scorer.prepare(scorer.example));
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  fc.assert(
    fc.property(text, text, fc.anything(), (input, output, given) => {
      const subject: ScoringSubject = {
        ...blank,
        input,
        output,
        system: input,
        context: [input, output],
        expected: input,
        toolCalls: [{ name: output, arguments: given }],
        tools: [{ name: output, parameters: given }],
      };
      for (const score of prepared) expect(Number.isFinite(score(subject)?.value ?? 0)).toBe(true);
    }),
    { numRuns: 60, seed: 20261122 },
  );
});

test('ids are unique and the scorers of a new project work without settings', () => {
  expect(new Set(ruleScorers.map(({ id }) => id)).size).toBe(ruleScorers.length);
  for (const id of defaultScorerIds) expect(findRuleScorer(id)?.worksWithoutSettings).toBe(true);
});

test.each([
  ['(a+)+$', ''],
  ['(?:a*b*)*c', ''],
  ['((x|y)+,)*', ''],
  ['(unclosed', ''],
  ['a'.repeat(2_000), ''],
])('pattern %s is refused', (pattern, flags) => expect(patternProblem(pattern, flags)).not.toBeNull());

test.each([['\\d+(?:\\.\\d+)?'], ['(?:foo|bar)+'], ['[(+]+'], ['^\\(a+\\)+$'], ['(?:ab{2,5}){3}']])(
  'pattern %s is accepted',
  (pattern) => expect(patternProblem(pattern, 'u')).toBeNull(),
);

test('a pattern that slips through the check is stopped by the clock and not by the next deploy', () => {
  const search = guardedPattern('(?:a|a)*(?:a|a)*(?:a|a)*$', '');
  const started = performance.now();
  expect(search(`${'a'.repeat(5_000)}b`)).toEqual({ failure: 'time' });
  expect(performance.now() - started).toBeLessThan(30_000);
});
