import { type Cell, type Counts, groupBy, inPeriod, rateOf, sumCounts, valueOf } from './cells.js';

export interface ValueContribution {
  readonly value: string;
  readonly shareBaseline: number;
  readonly shareIncident: number;
  readonly rateBaseline: number;
  readonly rateIncident: number;
  /** Part of Delta because this value's own bad share moved. */
  readonly rate: number;
  /** Part of Delta because more or fewer events had this value. */
  readonly mix: number;
}

export interface AttributeDecomposition {
  readonly attribute: string;
  readonly values: readonly ValueContribution[];
  readonly rate: number;
  readonly mix: number;
}

/** Successor -> predecessor: a new version inherits the baseline rate of the version it replaced. */
export type Lineage = ReadonlyMap<string, string>;

const none: Counts = { n: 0, bad: 0 };

/**
 * Splits Delta = R1 - R0 of one attribute into the part of moved rates and the part of moved shares
 * (slo-incidents section 3, step 3):
 * rate_v = (w0+w1)/2 * (r1-r0), mix_v = (w1-w0) * ((r0+r1)/2 - Rbar); all parts sum to Delta exactly.
 * A value that is new inherits its predecessor's baseline rate, else the whole baseline's; a value that is gone keeps
 * its successor's incident rate, else its own: replacing a version is no change of mix.
 */
export function splitMixAndRate(
  cells: readonly Cell[],
  attribute: string,
  lineage: Lineage = new Map(),
): AttributeDecomposition {
  const baseline = inPeriod(cells, 'baseline');
  const incident = inPeriod(cells, 'incident');
  const [whole0, whole1] = [sumCounts(baseline), sumCounts(incident)];
  const meanRate = (rateOf(whole0) + rateOf(whole1)) / 2;
  const before = countsByValue(baseline, attribute);
  const during = countsByValue(incident, attribute);
  const successor = new Map([...lineage].map(([to, from]) => [from, to]));

  const values = [...new Set([...before.keys(), ...during.keys()])].toSorted().map((value) => {
    const [counts0, counts1] = [before.get(value) ?? none, during.get(value) ?? none];
    const inherited = before.get(lineage.get(value) ?? '') ?? whole0;
    const r0 = counts0.n > 0 ? rateOf(counts0) : rateOf(inherited, rateOf(whole0));
    const replacement = during.get(successor.get(value) ?? '') ?? none;
    const r1 = counts1.n > 0 ? rateOf(counts1) : rateOf(replacement, r0);
    const [w0, w1] = [shareOf(counts0, whole0), shareOf(counts1, whole1)];
    return {
      value,
      shareBaseline: w0,
      shareIncident: w1,
      rateBaseline: r0,
      rateIncident: r1,
      rate: ((w0 + w1) / 2) * (r1 - r0),
      mix: (w1 - w0) * ((r0 + r1) / 2 - meanRate),
    };
  });
  return {
    attribute,
    values,
    rate: values.reduce((sum, value) => sum + value.rate, 0),
    mix: values.reduce((sum, value) => sum + value.mix, 0),
  };
}

function countsByValue(cells: readonly Cell[], attribute: string): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const [value, group] of groupBy(cells, (cell) => valueOf(cell, attribute))) counts.set(value, sumCounts(group));
  return counts;
}

const shareOf = (part: Counts, whole: Counts): number => (whole.n > 0 ? part.n / whole.n : 0);
