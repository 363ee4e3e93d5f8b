import { PlimsollError, type DriftObservation } from '@plimsoll/contract';
import { inputFeatures, outputFeatures, readText, type TextFeature } from './features.js';
import { topicScores } from './input-topic.js';

export type Value = number | string | null;
export type Side = 'output' | 'input' | 'score';

/** One measured trait of every observation of a window; null where an observation does not have it. */
export interface Column {
  readonly name: string;
  readonly side: Side;
  readonly kind: 'numeric' | 'binary' | 'categorical';
  readonly values: readonly Value[];
}

/** A set of observations turned into columns, so that a comparison touches no text. */
export interface Window {
  readonly size: number;
  readonly columns: readonly Column[];
  readonly weights: readonly number[];
  readonly strata: readonly (string | null)[];
  readonly keys: readonly (string | null)[];
}

function textColumns(features: readonly TextFeature[], side: Side, texts: readonly (string | null)[]): Column[] {
  const read = texts.map((text) => (text === null ? null : readText(text)));
  return features.map(({ name, kind, extract }) => ({
    name,
    side,
    kind,
    values: read.map((one) => (one === null ? null : extract(one))),
  }));
}

function scoreKind(name: string, values: readonly unknown[]): Column['kind'] {
  const types = new Set(values.map((value) => typeof value));
  if (types.size > 1) {
    throw new PlimsollError('invalid_input', `scores.${name} mixes ${[...types].join(' and ')}; use one type a score`, {
      field: `scores.${name}`,
    });
  }
  if (types.has('string')) return 'categorical';
  return types.has('boolean') || values.every((value) => value === 0 || value === 1) ? 'binary' : 'numeric';
}

/** Measures one side; `kinds` says of each score how both sides together are read. */
function measure(observations: readonly DriftObservation[], kinds: ReadonlyMap<string, Column['kind']>): Window {
  const scores = [...kinds].map(([name, kind]): Column => ({
    name,
    side: 'score',
    kind,
    values: observations.map(({ scores: own }) => {
      const value = own?.[name];
      return value === undefined ? null : typeof value === 'boolean' ? Number(value) : value;
    }),
  }));
  return {
    size: observations.length,
    columns: [
      ...textColumns(
        // A score of the same name is the better informed one.
        outputFeatures.filter(({ name }) => !kinds.has(name)),
        'output',
        observations.map(({ output }) => output),
      ),
      ...scores,
      ...textColumns(
        inputFeatures,
        'input',
        observations.map(({ input }) => input ?? null),
      ),
    ],
    weights: observations.map(({ weight }) => weight ?? 1),
    strata: observations.map(({ stratum }) => stratum ?? null),
    keys: observations.map(({ key }) => key ?? null),
  };
}

/** Name of the column that tells how much a question sounds like the current window. */
export const TOPIC = 'input_topic';

/** Measures both sides with the same columns in the same order. */
export function measureWindows(
  reference: readonly DriftObservation[],
  current: readonly DriftObservation[],
): { readonly reference: Window; readonly current: Window } {
  const values = new Map<string, unknown[]>();
  for (const { scores } of [...reference, ...current]) {
    for (const [name, value] of Object.entries(scores ?? {})) {
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
    }
  }
  const kinds = new Map([...values].map(([name, all]) => [name, scoreKind(name, all)] as const));
  const windows = { reference: measure(reference, kinds), current: measure(current, kinds) };
  const labelled = [...windows.reference.strata, ...windows.current.strata].some((stratum) => stratum !== null);
  // Who names strata knows better what kinds of questions there are than words can tell.
  if (labelled || reference.length === 0 || current.length === 0) return windows;
  const texts = (side: readonly DriftObservation[]): (string | null)[] => side.map(({ input }) => input ?? null);
  const topics = topicScores(texts(reference), texts(current));
  const withTopic = (window: Window, scores: readonly (number | null)[]): Window => ({
    ...window,
    columns: [...window.columns, { name: TOPIC, side: 'input', kind: 'numeric', values: scores }],
  });
  return {
    reference: withTopic(windows.reference, topics.reference),
    current: withTopic(windows.current, topics.current),
  };
}

const sameColumn = (a: Column, b: Column): boolean => a.name === b.name && a.side === b.side;

/**
 * Two windows that were measured apart (one of them frozen) with the same columns in the same order: a column that one
 * side lacks is undefined there, a score that looked binary on one side is read as the number it is.
 */
export function alignWindows(
  reference: Window,
  current: Window,
): { readonly reference: Window; readonly current: Window } {
  const all = [
    ...reference.columns,
    ...current.columns.filter((own) => !reference.columns.some((one) => sameColumn(one, own))),
  ];
  const aligned = (window: Window, other: Window): Window => ({
    ...window,
    columns: all.map((wanted) => {
      const own = window.columns.find((one) => sameColumn(one, wanted));
      const its = other.columns.find((one) => sameColumn(one, wanted));
      const kind = own && its && own.kind !== its.kind ? 'numeric' : wanted.kind;
      const known = own && (own.kind === kind || own.kind === 'binary') ? own.values : undefined;
      return {
        name: wanted.name,
        side: wanted.side,
        kind,
        values: known ?? Array.from({ length: window.size }, () => null),
      };
    }),
  });
  return { reference: aligned(reference, current), current: aligned(current, reference) };
}

/** The window's observations at these positions, in this order. */
export function pick(window: Window, positions: readonly number[]): Window {
  const at = <T>(values: readonly T[]): T[] => positions.map((position) => values[position] as T);
  return {
    size: positions.length,
    columns: window.columns.map((column) => ({ ...column, values: at(column.values) })),
    weights: at(window.weights),
    strata: at(window.strata),
    keys: at(window.keys),
  };
}
