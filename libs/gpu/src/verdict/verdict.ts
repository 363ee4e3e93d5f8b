import { momentRules } from './moment-rules.js';
import { windowRules } from './window-rules.js';
import type { Moment, Verdict, VerdictWindow } from './window.js';

/** Share of the scrapes that must agree on a verdict. */
const AGREEMENT = 0.8;

function judgeMoment(moment: Moment): Verdict | null {
  for (const rule of momentRules) {
    const found = rule.match(moment);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Why a GPU or pool is as fast as it is (cost-gpu 2.3): the first rule that matches; rules on single scrapes need four
 * fifths of them to agree, else the verdict is `mixed`.
 */
export function judgeGpu(window: VerdictWindow): Verdict {
  for (const rule of windowRules) {
    const found = rule.match(window);
    if (found !== null) return found;
  }
  const seen = window.scrapes.filter(({ gpu, engine }) => gpu !== null || engine !== null);
  const found = seen.flatMap(
    ({ gpu, engine }, index) => judgeMoment({ gpu, engine, before: seen[index - 1] ?? null, window }) ?? [],
  );
  const counts = new Map<string, number>();
  for (const { verdict } of found) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const [most, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['unknown', 0];
  const last = found.findLast(({ verdict }) => verdict === most);
  if (last !== undefined && count >= AGREEMENT * found.length) return last;
  return {
    verdict: 'mixed',
    subReason: null,
    confidence: 'medium',
    evidence: [...counts].map(([verdict, times]) => ({
      series: `scrapes that say ${verdict}`,
      value: times / found.length,
      threshold: `>= ${AGREEMENT}`,
    })),
    nextStep: 'The load changes within the window: look at the charts',
  };
}
