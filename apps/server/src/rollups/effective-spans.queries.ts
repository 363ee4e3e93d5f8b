import type { ClickHouse } from '@plimsoll/clickhouse';
import type { MinuteRange } from './minute-recompute.js';
import { nearRange, prunesTraces } from './trace-reach.js';

/** What a span takes from the root of its trace when it has no value of its own; nothing else is inherited. */
const inherited: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['feature', 'customer', 'team', 'environment', 'release', 'user_id', 'session_id'].map((name) => [
      name,
      `if(span.${name} != '', span.${name}, ifNull(root.${name}, ''))`,
    ]),
  ),
  // Name and version are one fact: a version without its prompt would mix two prompts.
  ...Object.fromEntries(
    ['prompt_name', 'prompt_version'].map((name) => [
      name,
      `if(span.prompt_name != '' OR span.prompt_version != '', span.${name}, ifNull(root.${name}, ''))`,
    ]),
  ),
  tags: 'if(notEmpty(span.tags), span.tags, root.tags)',
};

/**
 * A root without any of these fields gives nothing: its row is left out, since the rows of all traces of the range are held
 * in memory.
 *
 * A FROM-subquery with the given columns of the finished spans of `{project:String}` whose `time` is within
 * `{from:DateTime}` and `{to:DateTime}` (exclusive), one row a span, with inherited fields filled in. `chosen` is a condition
 * on what a span has itself: of all that a busy day holds, the rows and their traces do not fit into memory. Only the fields
 * `inheritable` are filled in: without any, roots are not read (see inheritableFields).
 */
export function effectiveSpans(
  columns: string,
  chosen?: string,
  inheritable: readonly string[] = Object.keys(inherited),
): string {
  const names = namesOf(columns);
  const fromParent = names.filter((name) => name in inherited && inheritable.includes(name));
  const selected = names.map((name) => {
    const value = fromParent.includes(name) ? inherited[name] : undefined;
    return `${value ?? `span.${name}`} AS ${name}`;
  });
  const fromRoot = [...new Set(fromParent.flatMap(rootColumns))];
  const own = [...new Set(['trace_id', ...names, ...fromRoot])];
  const within = `project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime}`;
  const range = chosen === undefined ? within : `${within} AND ${chosen}`;
  const spans = `(SELECT ${own.join(', ')} FROM spans FINAL WHERE ${range} AND finished = 1) AS span`;
  if (fromRoot.length === 0) return `(SELECT ${selected.join(', ')} FROM ${spans})`;
  return `(SELECT ${selected.join(', ')} FROM ${spans}
    LEFT JOIN (
      SELECT trace_id, ${fromRoot.join(', ')} FROM traces FINAL
      WHERE project = {project:String} AND ${nearRange} AND trace_id IN (SELECT trace_id FROM spans WHERE ${range})
        AND (${fromRoot.map((name) => `notEmpty(${name})`).join(' OR ')})
      ${prunesTraces}
    ) AS root ON root.trace_id = span.trace_id)`;
}

/**
 * Those of the columns that a finished span of a range takes from its root: somebody lacks them and some root has them. Who
 * names everything himself needs no roots, which are most of what a statement over the spans costs and holds. What
 * arrives after this was asked makes its minutes dirty anew.
 */
export async function inheritableFields(
  clickhouse: ClickHouse,
  range: MinuteRange,
  columns: string,
): Promise<string[]> {
  const window = { project: range.projectId, from: range.from, to: range.to };
  const asked = async (fields: readonly string[], flag: (name: string) => string, of: string): Promise<string[]> => {
    if (fields.length === 0) return [];
    const flags = fields.map((name) => `max(${flag(name)}) AS flag_${name}`).join(', ');
    const [row] = await clickhouse.query<Record<string, number>>(`SELECT ${flags} FROM ${of}`, window);
    return fields.filter((name) => row?.[`flag_${name}`] === 1);
  };
  const fields = namesOf(columns).filter((name) => name in inherited);
  const calls = `spans WHERE project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime} AND finished = 1`;
  const lacking = await asked(fields, hasNone, calls);
  return asked(lacking, (name) => `NOT (${hasNone(name)})`, `traces WHERE project = {project:String} AND ${nearRange}`);
}

function hasNone(name: string): string {
  return rootColumns(name)
    .map((each) => `empty(${each})`)
    .join(' AND ');
}

const namesOf = (columns: string): string[] => columns.split(',').map((name) => name.trim());

function rootColumns(name: string): string[] {
  return name.startsWith('prompt_') ? ['prompt_name', 'prompt_version'] : [name];
}
