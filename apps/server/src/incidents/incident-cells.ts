import type { incidentExamples } from '@plimsoll/contract';
import { type Cell, type Counts, explainByAttribute, findConjunctions, type SuspectRanking } from '@plimsoll/incidents';
import type { z } from 'zod';
import { cellDimensions, type CellRow, type MinuteRow } from './incident-evidence.queries.js';

/** Weights are scaled so that cells count events: a sampled event stands for more, all together for as many as were seen. */
export function cellsOf(rows: readonly CellRow[]): Cell[] {
  const n = rows.reduce((sum, row) => sum + row.n, 0);
  const weight = rows.reduce((sum, row) => sum + row.sum_w, 0);
  const scale = weight > 0 ? n / weight : 1;
  return rows.map((row) => ({
    period: row.incident === 1 ? 'incident' : 'baseline',
    attributes: Object.fromEntries(cellDimensions.map((name) => [name, row[name]])),
    n: row.sum_w * scale,
    bad: Math.min(row.sum_wx, row.sum_w) * scale,
    effectiveN: row.sum_w2 > 0 ? (row.sum_w * row.sum_w) / row.sum_w2 : row.n,
  }));
}

/** All events of some minutes; sampled ones by their weight, all together as many as were seen. */
export function countsOf(rows: readonly MinuteRow[]): Counts {
  const n = rows.reduce((sum, row) => sum + row.n, 0);
  const weight = rows.reduce((sum, row) => sum + row.sum_w, 0);
  const bad = rows.reduce((sum, row) => sum + row.sum_wx, 0);
  return { n, bad: weight > 0 ? Math.min(n, (n * bad) / weight) : 0 };
}

const shownConcentrations = 10;

/** Where the bad calls sit, whatever changed: attributes that explain the rise, and values that hold most of the bad. */
export function drillDown(
  cells: readonly Cell[],
): Pick<z.output<typeof incidentExamples>, 'concentrations' | 'explanations'> {
  return {
    concentrations: findConjunctions(cells)
      .slice(0, shownConcentrations)
      .map(({ where, n, bad, support, lift, q }) => ({ where: { ...where }, n, bad, share: support, lift, q })),
    explanations: explainByAttribute(cells).map(({ attribute, explanatoryPower, surprise, values }) => ({
      attribute,
      explanatoryPower,
      surprise,
      values: values.map((value) => ({ ...value })),
    })),
  };
}

/** The same as sentences, when no change explains it. */
export function concentrationHints(ranking: SuspectRanking, cells: readonly Cell[]): string[] {
  if (ranking.verdict !== 'no change found') return [];
  return findConjunctions(cells)
    .slice(0, 3)
    .map(({ where, support, lift }) => {
      const place = Object.entries(where).map(([name, value]) => `${name} ${value === '' ? '(none)' : value}`);
      const share = Math.round(support * 100);
      return `${share} % of the bad calls have ${place.join(' and ')}, ${lift.toFixed(1)} times the rate of all calls.`;
    });
}
