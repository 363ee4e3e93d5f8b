import type { DriftReportSummary, DriftSignal } from '@plimsoll/contract';
import { formatSignificant, noValue } from '../design/format.js';
import type { StateColor } from '../design/theme.js';

export const verdictWords: Record<DriftReportSummary['verdict'], { word: string; color: StateColor }> = {
  regression: { word: 'Got worse', color: 'failing' },
  change: { word: 'Changed', color: 'change' },
  input_mix_changed: { word: 'Other questions', color: 'change' },
  quiet: { word: 'Quiet', color: 'ok' },
  inconclusive: { word: 'Inconclusive', color: 'muted' },
  insufficient: { word: 'Too few', color: 'muted' },
};

export const directionWords: Record<DriftSignal['direction'], string> = {
  better: 'better',
  worse: 'worse',
  neutral: 'neither',
};

/** A probability; very small ones as a bound, since their digits mean nothing. */
export function formatProbability(value: number | null): string {
  if (value === null) return noValue;
  return value < 1e-6 ? '<1e-6' : value < 0.001 ? value.toExponential(1) : formatSignificant(value, 2);
}

/** Moved signals first, then by how far the effect is beyond its floor. */
export function rankSignals(signals: readonly DriftSignal[]): DriftSignal[] {
  const excess = (signal: DriftSignal) => Math.abs(signal.effect ?? 0) / Math.max(1e-9, signal.effectFloor);
  return signals.toSorted((a, b) => Number(b.drifted) - Number(a.drifted) || excess(b) - excess(a));
}

/** Below this many calls on a side there is no verdict. */
export const enoughForVerdict = 100;

const testWords: Record<string, string> = {
  kolmogorov_smirnov: 'Kolmogorov-Smirnov',
  chi_square: 'chi-square',
  fisher: 'Fisher',
  g_test: 'G test',
};

export function testName(test: string): string {
  return testWords[test] ?? test.replaceAll('_', ' ');
}

/** Where a side has too few values, or no two that differ, no test can be made. */
export function isTested({ q }: DriftSignal): boolean {
  return q !== null;
}

/** Signals that stayed, and those for which no test could be made. */
export function countStill(signals: readonly DriftSignal[]): string {
  const untested = signals.filter((signal) => !isTested(signal)).length;
  const stayed = `${signals.length - untested} did not move`;
  return untested > 0 ? `${stayed}, ${untested} could not be tested` : stayed;
}
