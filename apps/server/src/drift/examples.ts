import type { DriftEvaluation } from '@plimsoll/contract';
import type { Column, Window } from '@plimsoll/drift';
import type { SampledCall } from './drift.queries.js';
import type { ExampleKey, ExampleKeys } from './drift.entity.js';

const EXAMPLES = 3;

const keyOf = (call: SampledCall): ExampleKey => ({
  traceId: call.trace_id,
  spanId: call.span_id,
  timeNs: call.time_ns,
  promptVersion: call.prompt_version,
  model: call.model,
});

/** The calls whose value lies closest to what is typical of their side. */
function typical(column: Column, target: number | string, calls: readonly SampledCall[]): ExampleKey[] {
  const distance = (value: Column['values'][number]): number => {
    if (value === null) return Infinity;
    if (typeof value === 'number' && typeof target === 'number') return Math.abs(value - target);
    return value === target ? 0 : 1;
  };
  return calls
    .map((call, index) => ({ call, away: distance(column.values[index] ?? null) }))
    .filter(({ away }) => Number.isFinite(away))
    .sort((a, b) => a.away - b.away || (a.call.trace_id < b.call.trace_id ? -1 : 1))
    .slice(0, EXAMPLES)
    .map(({ call }) => keyOf(call));
}

/** The label or share that grew most on one side, for features without an order. */
function grown(feature: DriftEvaluation['features'][number], side: 'reference' | 'current'): string | undefined {
  const own = feature[side].levels ?? {};
  const other = feature[side === 'reference' ? 'current' : 'reference'].levels ?? {};
  return Object.keys(own).sort((a, b) => (own[b] ?? 0) - (other[b] ?? 0) - (own[a] ?? 0) + (other[a] ?? 0))[0];
}

/** Calls that show the largest move of a report: typical ones from before and from after. */
export function examplesOf(
  evaluation: DriftEvaluation,
  reference: { readonly window: Window; readonly calls: readonly SampledCall[] },
  current: { readonly window: Window; readonly calls: readonly SampledCall[] },
): ExampleKeys {
  const moved = evaluation.features
    .filter(({ drifted, side }) => drifted && side !== 'input')
    .sort(
      (a, b) => Number(b.direction === 'worse') - Number(a.direction === 'worse') || (b.effect ?? 0) - (a.effect ?? 0),
    );
  const [top] = moved;
  if (top === undefined) return { before: [], after: [] };
  const target = (side: 'reference' | 'current'): number | string | undefined => {
    if (top.kind === 'categorical') return grown(top, side);
    if (top.kind === 'numeric') return top[side].median ?? undefined;
    // The value of a yes/no feature that became rarer stands for before, the other for after.
    const rose = (top.current.mean ?? 0) > (top.reference.mean ?? 0);
    return Number(rose === (side === 'current'));
  };
  const pickFrom = (side: 'reference' | 'current', { window, calls }: typeof reference): ExampleKey[] => {
    const column = window.columns.find(({ name }) => name === top.name);
    const wanted = target(side);
    return column === undefined || wanted === undefined ? [] : typical(column, wanted, calls);
  };
  return { before: pickFrom('reference', reference), after: pickFrom('current', current) };
}
