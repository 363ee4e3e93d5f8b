import type { ObjectiveWrite } from '@plimsoll/contract';
import { filteredBy } from './dimensions.queries.js';
import { eventLimit } from './event-expressions.queries.js';
import { groupedBy } from './grouped.js';
import type { ObjectiveRevision } from './objective-revision.entity.js';

/** One objective revision as its points are made. */
export interface PointsSubject {
  readonly revisionId: string;
  readonly definition: ObjectiveWrite;
  /** Group keys that have a row of their own; read only when the definition groups. */
  readonly groups: readonly string[];
}

/** Ids of the revisions that count minutes in place of events. */
export function slicedOf(revisions: readonly Pick<ObjectiveRevision, 'id' | 'definition'>[]): string[] {
  return revisions.filter(({ definition }) => definition.timeslice !== undefined).map(({ id }) => id);
}

/** Key of the row that sums the groups beyond the cap. */
export const otherGroup = 'other';

/** Values of a group-by that get a row of their own, per revision (architecture 3a, rule 11). */
export const groupCap = 100;

/** Objectives that are judged by the same expressions: they differ in data alone. The first stands for all of them. */
export interface Shape {
  readonly number: number;
  readonly definition: ObjectiveWrite;
}

/** So many expressions stand in one statement: its text must stay within what ClickHouse parses. */
const shapesAtOnce = 40;
/** Characters of terms in one parameter, and of one statement. */
const parameterLength = 90_000;
const statementLength = 20 * parameterLength;

/** What the text of a statement depends on; everything else of an objective is data. */
function shapeOf({ definition }: PointsSubject): string {
  const { indicator, unit, groupBy } = definition;
  return JSON.stringify([expressionsOf(indicator), unit, filteredBy(definition), groupBy]);
}

function expressionsOf(indicator: ObjectiveWrite['indicator']): unknown {
  switch (indicator.kind) {
    case 'latency':
      return ['latency', indicator.measure];
    case 'error':
      return ['error', indicator.classes ?? null];
    case 'cost':
      return ['cost', indicator.per, indicator.outcome ?? ''];
    case 'quality':
      return ['quality', indicator.scorer, indicator.measure, indicator.passMark !== undefined];
  }
}

/** The dimension by whose value an event finds its objectives: one value a call, not the two names of a model. */
export function joinedBy(definition: Pick<ObjectiveWrite, 'filter'>): string | null {
  return filteredBy(definition).find((name) => name !== 'model') ?? null;
}

/** The other dimensions of the filter: compared for what was joined. */
export function comparedBy(definition: Pick<ObjectiveWrite, 'filter'>): string[] {
  return filteredBy(definition).filter((name) => name !== joinedBy(definition));
}

/** ClickHouse's type of a term: shape, objective, values to join by, lists to compare with, limit, grouped, groups. */
export const termType = 'Tuple(UInt32, String, Array(String), Array(Array(String)), Float64, UInt8, Array(String))';

function termOf(shape: number, { revisionId, definition, groups }: PointsSubject): string {
  const { filter, indicator, groupBy } = definition;
  const joined = joinedBy(definition);
  return JSON.stringify([
    shape,
    revisionId,
    joined === null ? [''] : [...new Set(filter[joined])],
    comparedBy(definition).map((name) => filter[name]),
    indicator.kind === 'quality' ? (indicator.passMark ?? 0) : eventLimit(indicator),
    groupBy.length > 0 ? 1 : 0,
    groupBy.length > 0 ? groups : [],
  ]);
}

/** What one statement makes: some shapes, and the terms of their objectives as JSON texts. */
export interface PointsBatch {
  readonly subjects: readonly PointsSubject[];
  readonly shapes: readonly Shape[];
  readonly terms: readonly string[];
}

interface Entry {
  readonly subject: PointsSubject;
  readonly shape: Shape;
  readonly term: string;
  /** Of what fits into a statement. */
  readonly share: number;
}

/** Objectives in as few statements as they fit into. */
export function pointsBatches(subjects: readonly PointsSubject[]): PointsBatch[] {
  const entries = [...groupedBy(subjects, shapeOf).values()].flatMap((alike, number) =>
    alike.map((subject, index): Entry => {
      const definition = (alike[0] ?? subject).definition;
      const term = termOf(number, subject);
      const share = term.length / statementLength + (index === 0 ? 1 / shapesAtOnce : 0);
      return { subject, shape: { number, definition }, term, share };
    }),
  );
  return portions(entries, ({ share }) => share).map((some) => ({
    subjects: some.map(({ subject }) => subject),
    shapes: [...new Map(some.map(({ shape }) => [shape.number, shape])).values()],
    terms: portions(some, ({ term }) => term.length / parameterLength).map(
      (few) => `[${few.map(({ term }) => term).join(',')}]`,
    ),
  }));
}

/** Items in their order, in portions whose shares add up to one at most; one item that is larger stands alone. */
function portions<T>(items: readonly T[], shareOf: (item: T) => number): T[][] {
  const all: T[][] = [];
  let filled = 1;
  for (const item of items) {
    const share = shareOf(item);
    const open = all.at(-1);
    if (open === undefined || filled + share > 1) {
      all.push([item]);
      filled = share;
    } else {
      open.push(item);
      filled += share;
    }
  }
  return all;
}
