import {
  callDimensions,
  keyedColumns,
  type CallDimension,
  type GroupDimension,
  type ObjectiveWrite,
} from '@plimsoll/contract';
import type { Parameters } from './parameters.js';

/** Expressions of the dimensions that have columns of their own, over effective spans. */
export const dimensionColumns = {
  feature: 'feature',
  customer: 'customer',
  team: 'team',
  environment: 'environment',
  provider: 'provider',
  model: `if(response_model != '', response_model, request_model)`,
  promptName: 'prompt_name',
  promptVersion: 'prompt_version',
  release: 'release',
} as const satisfies Record<CallDimension, string>;

/** Columns that `dimensionColumns` reads. */
const callColumns =
  'provider, request_model, response_model, feature, customer, team, environment, release, prompt_name, prompt_version';

/** A value of a client may be a whole document: it is told apart by its beginning. */
const valueLength = 200;

type Definition = Pick<ObjectiveWrite, 'filter' | 'groupBy'>;

/** Columns that the filter and the groups of some definitions read. */
export function columnsOf(definitions: readonly Definition[]): string {
  const keyed = definitions.flatMap(({ filter, groupBy }) =>
    [...Object.keys(filter), ...groupBy].filter((name) => !isCallDimension(name)).map((name) => keyOf(name).column),
  );
  return [callColumns, ...new Set(keyed)].join(', ');
}

/** Text of a dimension of a call; empty where it has none. A tag is `true`, or what follows its name and a colon. */
export function dimensionText(dimension: GroupDimension, parameters: Parameters): string {
  if (isCallDimension(dimension)) return `toString(${dimensionColumns[dimension]})`;
  const { column, key } = keyOf(dimension);
  const name = parameters.add('String', key);
  const value =
    column === 'tags'
      ? `if(has(tags, ${name}), 'true', substring(arrayFirst(tag -> startsWith(tag, concat(${name}, ':')), tags), length(${name}) + 2))`
      : `${column}[${name}]`;
  return `substringUTF8(toString(${value}), 1, ${valueLength})`;
}

/** Makes SQL of the text of a dimension. */
export type TextOf = (dimension: GroupDimension) => string;

/** What a filter may name a call by: a model by the one that was asked for and the one that answered. */
export function namesOf(dimension: string, textOf: TextOf): string {
  return dimension === 'model' ? `[toString(response_model), toString(request_model)]` : `[${textOf(dimension)}]`;
}

/** Dimensions that a definition filters by, in one order for all definitions. */
export function filteredBy({ filter }: Pick<Definition, 'filter'>): string[] {
  return Object.keys(filter)
    .filter((name) => filter[name] !== undefined)
    .toSorted();
}

export function filterCondition(filter: ObjectiveWrite['filter'], parameters: Parameters, textOf: TextOf): string {
  const parts = filteredBy({ filter }).map(
    (name) => `hasAny(${parameters.add('Array(String)', filter[name])}, ${namesOf(name, textOf)})`,
  );
  return parts.length === 0 ? '1' : parts.join(' AND ');
}

/** JSON of some dimensions of a call in their order: a group key. Empty text where nothing is grouped. */
export function groupKeyText(groupBy: ObjectiveWrite['groupBy'], parameters: Parameters, textOf: TextOf): string {
  if (groupBy.length === 0) return `''`;
  const pairs = groupBy.map((dimension) => `${parameters.add('String', dimension)}, ${textOf(dimension)}`);
  return `toJSONString(map(${pairs.join(', ')}))`;
}

function isCallDimension(name: string): name is CallDimension {
  return (callDimensions as readonly string[]).includes(name);
}

/** The contract lets nothing but the four columns through. */
function keyOf(dimension: string): { readonly column: string; readonly key: string } {
  const dot = dimension.indexOf('.');
  const column = dimension.slice(0, dot);
  if (!(keyedColumns as readonly string[]).includes(column)) throw new Error(`${dimension} is no dimension of calls`);
  return { column, key: dimension.slice(dot + 1) };
}
