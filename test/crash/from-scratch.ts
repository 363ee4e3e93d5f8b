import { slowMs, type ObjectiveName } from './objectives.js';

/** A stored span, the last copy of each. All spans of the crash test are finished calls of whole milliseconds. */
export interface SpanRow {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly time_ms: number;
  readonly duration_ms: number;
  readonly status: string;
  readonly error_type: string;
  readonly feature: string;
  readonly model: string;
  readonly tokens_in: number;
  readonly tokens_out: number;
  /** Units of 1e-12, or null. */
  readonly cost: string | null;
}

export interface OutcomeRow {
  readonly outcome_key: string;
  readonly at_ms: number;
  readonly status: string;
}

/** The last decision about a call, with its score if it has one. */
export interface VerdictRow {
  readonly trace_id: string;
  readonly span_id: string;
  readonly time_ms: number;
  readonly decision: string;
  readonly outcome: string;
  readonly sample_p: number;
  readonly stratum: string;
  /** 1, 0, or null without a score. */
  readonly passed: number | null;
}

export interface StoredRows {
  readonly spans: readonly SpanRow[];
  readonly outcomes: readonly OutcomeRow[];
  readonly verdicts: readonly VerdictRow[];
}

/** Sums by a key, as lines of text that can be compared: `key name=sum name=sum`, zeros left out. */
export class Sums {
  private readonly lines = new Map<string, Map<string, bigint | number>>();

  add(key: string, amounts: Readonly<Record<string, bigint | number | boolean | null>>): void {
    const line = this.lines.get(key) ?? new Map<string, bigint | number>();
    this.lines.set(key, line);
    for (const [name, given] of Object.entries(amounts)) {
      const amount = typeof given === 'boolean' ? Number(given) : (given ?? 0);
      const before = line.get(name);
      // Money is added as integers, weights as doubles: powers of two here, so exact as well.
      if (typeof amount === 'bigint') line.set(name, amount + BigInt(before ?? 0));
      else line.set(name, amount + Number(before ?? 0));
    }
  }

  toLines(): string[] {
    const written = [...this.lines].map(([key, amounts]) => {
      const some = [...amounts].filter(([, amount]) => amount !== 0 && amount !== 0n);
      return some.length === 0 ? '' : `${key} ${some.map(([name, amount]) => `${name}=${amount}`).join(' ')}`;
    });
    return written.filter((line) => line !== '').toSorted();
  }
}

export const minuteOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16);
export const hourOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 13);
const pico = (cost: string | null): bigint => BigInt(cost ?? 0);

/** Figures by minute. */
export function minutes({ spans }: StoredRows): Sums {
  const sums = new Sums();
  for (const span of spans) {
    const tokens = { input: span.tokens_in, output: span.tokens_out };
    const failed = span.status === 'error';
    sums.add(minuteOf(span.time_ms), { spans: 1, calls: 1, errors: failed, ...tokens, cost: pico(span.cost) });
  }
  return sums;
}

function featureBy(spans: readonly SpanRow[]): (span: SpanRow) => string {
  const roots = new Map(spans.filter((span) => span.parent_span_id === '').map((span) => [span.trace_id, span]));
  return (span) => (span.feature === '' ? (roots.get(span.trace_id)?.feature ?? '') : span.feature);
}

/** Cost and tokens by hour, feature and model. */
export function hours({ spans }: StoredRows): Sums {
  const sums = new Sums();
  const featureOf = featureBy(spans);
  for (const span of spans) {
    sums.add(`${hourOf(span.time_ms)} ${featureOf(span)} ${span.model}`, {
      calls: 1,
      errors: span.status === 'error',
      cost: pico(span.cost),
      unpriced: span.cost === null,
    });
  }
  return sums;
}

const groupKey = (dimension: string, value: string): string => JSON.stringify({ [dimension]: value });

/** The SLI points of the objectives in `objectives.ts`, by the definitions alone. */
export const points = (rows: StoredRows): Sums => pointsBy(minuteOf, rows);

/** Their hour grain. */
export const pointHours = (rows: StoredRows): Sums => pointsBy(hourOf, rows);

function pointsBy(grainOf: (timeMs: number) => string, rows: StoredRows): Sums {
  const sums = new Sums();
  const featureOf = featureBy(rows.spans);
  const add = (name: ObjectiveName, group: string, stratum: string, timeMs: number, amounts: Amounts): void =>
    sums.add(`${name} ${group} ${stratum} ${grainOf(timeMs)}`, amounts);
  for (const span of rows.spans) {
    const failed = span.status === 'error';
    const cancelled = /cancel|abort/.test(span.error_type);
    const [feature, unpriced, cost] = [featureOf(span), span.cost === null, pico(span.cost)];
    const judged = (bad: boolean): Amounts =>
      cancelled ? { excluded: 1 } : { population: 1, eligible: 1, bad, w: 1, wx: bad, w2: 1, w2x: bad, w2x2: bad };
    for (const group of ['', groupKey('feature', feature)]) {
      add('latency', group, '', span.time_ms, judged(failed || span.duration_ms > slowMs));
    }
    for (const group of ['', groupKey('model', span.model)]) add('errors', group, '', span.time_ms, judged(failed));
    const request = { population: 1, eligible: 1, w: 1, w2: 1, cost, outcomes: 1, excluded: unpriced };
    add('requests', '', '', span.time_ms, request);
    add('outcomes', '', '', span.time_ms, { cost, excluded: unpriced });
  }
  for (const { at_ms, status } of rows.outcomes) {
    if (status === 'success') add('outcomes', '', '', at_ms, { population: 1, eligible: 1, w: 1, w2: 1, outcomes: 1 });
  }
  for (const verdict of rows.verdicts) add('quality', '', verdict.stratum, verdict.time_ms, qualityAmounts(verdict));
  return sums;
}

type Amounts = Readonly<Record<string, bigint | number | boolean>>;

function qualityAmounts({ decision, outcome, passed, sample_p }: VerdictRow): Amounts {
  if (decision === 'no_content' || outcome === 'not_applicable') return { excluded: 1 };
  const settled = outcome === 'scored' || outcome === 'failed';
  const decided = { population: 1, selected: decision === 'selected', settled };
  if (passed === null) return decided;
  const [w, x] = [1 / sample_p, 1 - passed];
  const weights = { w, wx: w * x, w2: w * w, w2x: w * w * x, w2x2: w * w * x * x };
  return { ...decided, eligible: 1, bad: x, ...weights };
}
