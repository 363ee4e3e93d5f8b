import type { TraceQuery } from '@plimsoll/contract';

/** A WHERE clause over `traces` with its typed parameters. */
export interface Condition {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Clause {
  readonly sql: string;
  readonly name?: string;
  readonly value?: unknown;
}

const equals = (column: string, name: string, value: string | undefined): Clause[] =>
  value === undefined ? [] : [{ sql: `${column} = {${name}:String}`, name, value }];

/** Traces with a score that failed; `any` scorer counts. The span's own time bounds the search. */
function failedScorer(scorer: string | undefined): Clause[] {
  if (scorer === undefined) return [];
  const which = scorer === 'any' ? '' : ' AND scorer = {failedScorer:String}';
  const sql = `trace_id IN (SELECT trace_id FROM scores FINAL WHERE project = {project:String}
    AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} + INTERVAL 1 DAY AND passed = 0${which})`;
  return [scorer === 'any' ? { sql } : { sql, name: 'failedScorer', value: scorer }];
}

/**
 * Traces whose root names the prompt or in which a call does; a model or provider must be the same call's. Copies of a
 * span name the same prompt, so nothing has to be collapsed.
 */
function ofPrompt(query: TraceQuery): Clause[] {
  const named = [
    ...equals('prompt_name', 'promptName', query.promptName),
    ...equals('prompt_version', 'promptVersion', query.promptVersion),
  ];
  if (named.length === 0) return [];
  const own = named.map((clause) => clause.sql).join(' AND ');
  const sameCall = [
    ...(query.model === undefined ? [] : ["if(response_model != '', response_model, request_model) = {model:String}"]),
    ...(query.provider === undefined ? [] : ['provider = {provider:String}']),
  ];
  const sql = `(${own}) OR trace_id IN (SELECT trace_id FROM spans WHERE project = {project:String}
    AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} + INTERVAL 1 DAY AND ${[own, ...sameCall].join(' AND ')})`;
  return [{ sql }, ...named.map(({ name, value }) => ({ sql: '1', name: name!, value }))];
}

/** Free text: found in names, inputs, outputs and error messages, case-insensitively. */
function freeText(text: string | undefined): Clause[] {
  if (text === undefined || text.trim() === '') return [];
  const columns = ['name', 'output', 'input', 'error_message', 'user_id', 'trace_id'];
  const anywhere = columns.map((column) => `positionCaseInsensitiveUTF8(${column}, {text:String}) > 0`).join(' OR ');
  const sql = `trace_id IN (SELECT trace_id FROM spans FINAL WHERE project = {project:String}
    AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} + INTERVAL 1 DAY AND (${anywhere}))`;
  return [{ sql, name: 'text', value: text.trim() }];
}

/** Share of its scores that pass, for each scored trace that the condition's range may hold. */
export const tracesByQuality = `SELECT trace_id, countIf(scores.passed = 1) / count() AS quality FROM scores FINAL
  WHERE project = {project:String} AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} + INTERVAL 1 DAY
    AND scores.passed IS NOT NULL GROUP BY trace_id`;

function ofQuality({ minQuality, maxQuality }: TraceQuery): Clause[] {
  const bounds = [
    ...(minQuality === undefined
      ? []
      : [{ sql: 'quality >= {minQuality:Float64}', name: 'minQuality', value: minQuality }]),
    ...(maxQuality === undefined
      ? []
      : [{ sql: 'quality < {maxQuality:Float64}', name: 'maxQuality', value: maxQuality }]),
  ];
  if (bounds.length === 0) return [];
  const sql = `trace_id IN (SELECT trace_id FROM (${tracesByQuality} HAVING ${bounds.map((bound) => bound.sql).join(' AND ')}))`;
  return [{ sql }, ...bounds.map(({ name, value }) => ({ sql: '1', name, value }))];
}

/** The one translation of the trace search into SQL; every query of the page uses it, so that its numbers agree. */
export function traceCondition(project: string, query: TraceQuery, from: Date, to: Date): Condition {
  const clauses: Clause[] = [
    { sql: 'project = {project:String}', name: 'project', value: project },
    { sql: 'gone = 0' },
    { sql: 'start_time >= {from:DateTime64(9)}', name: 'from', value: from },
    { sql: 'start_time < {to:DateTime64(9)}', name: 'to', value: to },
    ...equals('feature', 'feature', query.feature),
    ...equals('customer', 'customer', query.customer),
    ...equals('team', 'team', query.team),
    ...equals('release', 'release', query.release),
    ...ofPrompt(query),
    ...equals('environment', 'environment', query.environment),
    ...equals('status', 'status', query.status),
    ...equals('user_id', 'user', query.user),
    ...equals('session_id', 'session', query.session),
    ...(query.model === undefined ? [] : [{ sql: 'has(models, {model:String})', name: 'model', value: query.model }]),
    ...(query.provider === undefined
      ? []
      : [{ sql: 'has(providers, {provider:String})', name: 'provider', value: query.provider }]),
    ...(query.minDurationMs === undefined
      ? []
      : [{ sql: `${durationMs} >= {minDurationMs:Float64}`, name: 'minDurationMs', value: query.minDurationMs }]),
    ...(query.maxDurationMs === undefined
      ? []
      : [{ sql: `${durationMs} < {maxDurationMs:Float64}`, name: 'maxDurationMs', value: query.maxDurationMs }]),
    ...ofQuality(query),
    ...(query.minCost === undefined
      ? []
      : [{ sql: 'cost >= {minCost:Decimal(38, 12)}', name: 'minCost', value: query.minCost }]),
    ...failedScorer(query.failedScorer),
    ...freeText(query.q),
  ];
  const named = clauses.filter((clause) => clause.name !== undefined);
  return {
    sql: clauses.map((clause) => `(${clause.sql})`).join('\n  AND '),
    params: Object.fromEntries(named.map((clause) => [clause.name, clause.value])),
  };
}

/** Milliseconds from the first start to the last end of a trace. */
export const durationMs = '(toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6';
