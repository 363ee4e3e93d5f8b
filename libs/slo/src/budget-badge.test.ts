import { expect, test } from 'vitest';
import { badgeText, budgetBadge } from './budget-badge.js';

test.each([
  ['met', 0.6183, '61.8 % of budget left'],
  ['at_risk', 0.04, '4 % of budget left'],
  ['breached', -0.387_5, '38.8 % over budget'],
  ['uncertain', 0.5, '50 % of budget left, not sure'],
  ['met', null, 'budget unknown'],
  ['insufficient', 0.9, 'too few samples'],
  ['no_traffic', null, 'no traffic'],
  ['no_data', 1, 'no data'],
] as const)('%s with %s left says %s', (status, remaining, said) => {
  expect(badgeText({ name: 'x', status, remaining })).toBe(said);
});

test('a name is text and never markup', () => {
  const svg = budgetBadge({ name: `<script>alert("1")</script> & 'x'\u0000`, status: 'met', remaining: 1 });
  expect(svg).not.toContain('<script');
  expect(svg).not.toContain('\u0000');
  expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; ');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="20" role="img"/);
  expect(svg).not.toMatch(/href|url\(/);
});

test('a long name is cut, also between the halves of a character', () => {
  const svg = budgetBadge({ name: '🚢'.repeat(120), status: 'breached', remaining: -2 });
  expect(svg).toContain(`<title>${'🚢'.repeat(59)}…: 200 % over budget</title>`);
  expect(svg).toContain('fill="#b3261e"');
});
