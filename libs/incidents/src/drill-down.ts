import { benjaminiHochberg, chiSquareSf } from '@plimsoll/statistics';
import { attributesOf, type Cell, type Counts, groupBy, inPeriod, rateOf, sumCounts, valueOf } from './cells.js';

export interface AttributeExplanation {
  readonly attribute: string;
  /** Values that together explain most of the excess, largest surprise first. */
  readonly values: readonly { readonly value: string; readonly explanatoryPower: number; readonly surprise: number }[];
  readonly explanatoryPower: number;
  readonly surprise: number;
}

export interface Conjunction {
  readonly where: Readonly<Record<string, string>>;
  readonly n: number;
  readonly bad: number;
  /** Share of the incident's badness inside. */
  readonly support: number;
  /** Bad share inside over the bad share of the whole incident. */
  readonly lift: number;
  /** Benjamini-Hochberg over everything that was looked at. */
  readonly q: number;
}

/** Adtributor (Bhagwan et al., NSDI 2014): least power of a set of values, and of each value in it. */
const leastPowerOfSet = 0.67;
const leastPowerOfValue = 0.1;

/**
 * Which attributes explain the excess of badness, without any known change: forecast = baseline badness at the
 * incident's volume, explanatory power = part of the excess, surprise = Jensen-Shannon term of forecast against actual.
 * Attributes that cannot reach 67 % of the excess are left out; the most surprising comes first.
 */
export function explainByAttribute(cells: readonly Cell[]): AttributeExplanation[] {
  const [baseline, incident] = [inPeriod(cells, 'baseline'), inPeriod(cells, 'incident')];
  const [whole0, whole1] = [sumCounts(baseline), sumCounts(incident)];
  const volume = whole0.n > 0 ? whole1.n / whole0.n : 0;
  const excess = whole1.bad - whole0.bad * volume;
  if (excess <= 0 || whole0.bad <= 0) return [];
  return attributesOf(cells)
    .flatMap((attribute) => {
      const before = sums(baseline, attribute);
      const values = [...sums(incident, attribute)].map(([value, { bad }]) => {
        const forecast = (before.get(value)?.bad ?? 0) * volume;
        const surprise = divergenceTerm((before.get(value)?.bad ?? 0) / whole0.bad, bad / whole1.bad);
        return { value, explanatoryPower: (bad - forecast) / excess, surprise };
      });
      const chosen = chooseValues(values);
      return chosen === null ? [] : [{ attribute, ...chosen }];
    })
    .toSorted((a, b) => b.surprise - a.surprise);
}

function sums(cells: readonly Cell[], attribute: string): Map<string, Counts> {
  return new Map(
    [...groupBy(cells, (cell) => valueOf(cell, attribute))].map(([value, group]) => [value, sumCounts(group)]),
  );
}

/** One value's part of the Jensen-Shannon divergence (natural logarithm) of shares p and q. */
function divergenceTerm(p: number, q: number): number {
  const term = (x: number): number => (x > 0 ? x * Math.log((2 * x) / (p + q)) : 0);
  return (term(p) + term(q)) / 2;
}

function chooseValues(
  values: readonly { value: string; explanatoryPower: number; surprise: number }[],
): Omit<AttributeExplanation, 'attribute'> | null {
  const chosen = [];
  let [explanatoryPower, surprise] = [0, 0];
  for (const value of values.toSorted((a, b) => b.surprise - a.surprise)) {
    if (value.explanatoryPower <= leastPowerOfValue) continue;
    chosen.push(value);
    explanatoryPower += value.explanatoryPower;
    surprise += value.surprise;
    if (explanatoryPower > leastPowerOfSet) return { values: chosen, explanatoryPower, surprise };
  }
  return null;
}

const leastSupport = 0.05;
const leastLift = 2;
const falseDiscoveryRate = 0.05;
/** A longer conjunction has to be this much more lifted than each of its parts. */
const leastGain = 1.2;
/** Parts kept for the next round; greedy, so that wide attributes stay affordable. */
const beam = 30;

type Term = readonly [attribute: string, value: string];

/**
 * Conjunctions of up to three attribute values in which the incident's badness is concentrated: support at least 5 % of
 * the bad, lift at least 2, false discovery rate 5 % over all that were looked at.
 */
export function findConjunctions(cells: readonly Cell[]): Conjunction[] {
  const incident = inPeriod(cells, 'incident');
  const whole = sumCounts(incident);
  if (whole.bad <= 0) return [];
  const single = attributesOf(incident).flatMap((attribute) =>
    [...sums(incident, attribute).keys()].map((value): Term[] => [[attribute, value]]),
  );
  const looked = measureAll(single, incident, whole);
  let previous = looked;
  for (const size of [2, 3]) {
    const parts = supported(previous).toSorted((a, b) => b.lift * b.support - a.lift * a.support);
    previous = measureAll(
      extend(
        parts.slice(0, beam).map(({ terms }) => terms),
        single,
        size,
      ),
      incident,
      whole,
    );
    looked.push(...previous);
  }
  const q = benjaminiHochberg(looked.map(({ p }) => p));
  const found = looked.flatMap((one, index) =>
    one.lift >= leastLift && one.support >= leastSupport && (q[index] ?? 1) <= falseDiscoveryRate
      ? [{ ...one, q: q[index] ?? 1 }]
      : [],
  );
  return found
    .filter((one) => !found.some((part) => isPart(part.terms, one.terms) && one.lift < part.lift * leastGain))
    .toSorted((a, b) => b.support * Math.log(b.lift) - a.support * Math.log(a.lift))
    .map(({ terms, n, bad, support, lift, q: adjusted }) => ({
      where: Object.fromEntries(terms),
      n,
      bad,
      support,
      lift,
      q: adjusted,
    }));
}

interface Measured extends Counts {
  readonly terms: readonly Term[];
  readonly support: number;
  readonly lift: number;
  readonly p: number;
}

const supported = (measured: readonly Measured[]): Measured[] =>
  measured.filter(({ support }) => support >= leastSupport);

function measureAll(candidates: readonly (readonly Term[])[], incident: readonly Cell[], whole: Counts): Measured[] {
  return candidates.map((terms) => {
    const inside = sumCounts(incident.filter((cell) => terms.every(([name, value]) => valueOf(cell, name) === value)));
    const lift = rateOf(inside) / rateOf(whole);
    return { terms, ...inside, support: inside.bad / whole.bad, lift, p: oneSidedP(inside, whole) };
  });
}

/** Chi-square of inside against the rest of the incident, one-sided. */
function oneSidedP(inside: Counts, whole: Counts): number {
  const rest = { n: whole.n - inside.n, bad: whole.bad - inside.bad };
  if (inside.n <= 0 || rest.n <= 0 || rateOf(inside) <= rateOf(rest)) return 1;
  const pooled = rateOf(whole);
  const variance = pooled * (1 - pooled) * (1 / inside.n + 1 / rest.n);
  return variance > 0 ? chiSquareSf((rateOf(inside) - rateOf(rest)) ** 2 / variance, 1) / 2 : 1;
}

function extend(parts: readonly (readonly Term[])[], single: readonly (readonly Term[])[], size: number): Term[][] {
  const made = new Map<string, Term[]>();
  for (const part of parts) {
    for (const [term] of single) {
      if (term === undefined || part.some(([attribute]) => attribute === term[0])) continue;
      const terms = [...part, term].toSorted(([a], [b]) => (a < b ? -1 : 1));
      if (terms.length === size) made.set(JSON.stringify(terms), terms);
    }
  }
  return [...made.values()];
}

const isPart = (part: readonly Term[], whole: readonly Term[]): boolean =>
  part.length < whole.length &&
  part.every(([name, value]) => whole.some(([otherName, otherValue]) => name === otherName && value === otherValue));
