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
    ['(a{1,30}){1,30}b', /500 ways/],
    [String.raw`(a{500}){9}b`, /1000 characters/],
    ['a{0,99}a{0,99}b', /500 ways/],
    ['(?:a|a){13}b', /500 ways/],
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
