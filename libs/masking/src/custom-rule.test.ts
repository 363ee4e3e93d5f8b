import { describe, expect, it, test } from 'vitest';
import { detectorOfRule, patternProblem } from './custom-rule.js';
import { maskText } from './masker.js';

describe('patterns of custom rules', () => {
  it.each([
    String.raw`\bACME-\d{4,10}\b`,
    String.raw`(?<![\d.])(?:19|20)\d{6}-\d{4}`,
    'Projekt (?:Nordlys|Polaris)',
    String.raw`[\]\\a-f]{8}`,
    String.raw`\p{Lu}{2}\d{3}`,
    String.raw`(?<no>\d{2,6}[ -]){2,3}x`,
  ])('takes %s', (pattern) => {
    expect(patternProblem(pattern)).toBeNull();
  });

  it.each([
    ['(a+)+', /bound/],
    ['a*b', /bound/],
    ['a{2,}', /bound/],
    [String.raw`(\w)\1`, /refer back/],
    [String.raw`(?<x>\w)\k<x>`, /refer back/],
    ['(a{1,30}){1,30}b', /500 steps/],
    [String.raw`(a{500}){9}b`, /1000 characters/],
    ['[a-z]{1,500}x', /500 steps/],
    ['a{0,99}a{0,99}b', /500 steps/],
    ['(?:a|a){13}b', /500 steps/],
    [`(?:${Array.from({ length: 40 }, (_, more) => `[a-z]{${900 + more}}`).join('|')})x`, /500 steps/],
    ['x?', /empty/],
    ['[', /./],
    ['a'.repeat(501), /longer than 500/],
  ])('refuses %s', (pattern, reason) => {
    expect(patternProblem(pattern)).toMatch(reason);
  });
});

test('a rule masks what it finds, and nothing where it matches no text', () => {
  const policy = {
    detectors: [
      detectorOfRule({ id: 'member', pattern: String.raw`\bacme-\d{4}\b`, ignoreCase: true }),
      detectorOfRule({ id: 'ahead', pattern: '(?=zz)', ignoreCase: false }),
    ],
    dropContent: false,
    nameKey: Buffer.alloc(32),
  };
  expect(maskText('ACME-1234 and acme-12345, zz', policy)).toEqual({
    text: '[member] and acme-12345, zz',
    counts: { member: 1 },
  });
});

// The slowest patterns that are taken, over text that never matches: some 0.2 s each.
test.each([
  '[a-z]{1,240}x',
  '[a-z]{1,14}[a-z]{1,14}x',
  '(?:a|[a-z]){6}x',
  '(?:[a-z]{1,3}){1,4}x',
  '(?:[a-z]{200}|[a-z]{201})x',
])('the work of %s is bounded, and what is longer is withheld', (pattern) => {
  expect(patternProblem(pattern)).toBeNull();
  const detector = detectorOfRule({ id: 'slow', pattern, ignoreCase: false });
  const policy = { detectors: [detector], dropContent: false, nameKey: Buffer.alloc(32) };
  const longest = detector.longestText!;
  expect(longest).toBeGreaterThanOrEqual(100_000);
  const began = process.cpuUsage();
  const kept = maskText('a'.repeat(longest), policy);
  const { user, system } = process.cpuUsage(began);
  expect(kept.counts).toEqual({});
  expect((user + system) / 1000).toBeLessThan(5_000);
  expect(maskText('a'.repeat(longest + 1), policy).counts).toEqual({ failed: 1 });
});
