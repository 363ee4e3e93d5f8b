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
 * on what a span has itself: of all that a busy day holds, the rows and their traces do not fit into memory.
 */
export function effectiveSpans(columns: string, chosen?: string): string {
  const names = columns.split(',').map((name) => name.trim());
  const selected = names.map((name) => `${inherited[name] ?? `span.${name}`} AS ${name}`);
  const fromRoot = [...new Set(names.filter((name) => name in inherited).flatMap(rootColumns))];
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

function rootColumns(name: string): string[] {
  return name.startsWith('prompt_') ? ['prompt_name', 'prompt_version'] : [name];
}
