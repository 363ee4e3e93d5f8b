import type { ObjectiveWrite } from '@plimsoll/contract';
import { effectiveSpans } from '../rollups/effective-spans.queries.js';
import type { MinuteSpan } from '../slo/point-grain.js';
import { counted as notExcluded } from '../slo/point-source.queries.js';
import {
  columnsOf,
  dimensionColumns,
  dimensionText,
  filterCondition,
  groupKeyText,
  type TextOf,
} from '../slo/dimensions.queries.js';
import {
  eventColumns,
  eventExpressions,
  eventLimit,
  isCall,
  ownVerdictFirst,
  scoreBadness,
} from '../slo/event-expressions.queries.js';
import { Parameters } from '../slo/parameters.js';
import { otherGroup } from '../slo/point-subjects.js';

/** Whose events: one objective's definition, with the group the incident is about. */
export interface SliSubject {
  readonly projectId: string;
  readonly definition: ObjectiveWrite;
  readonly labels: Readonly<Record<string, string>>;
  /** Keys of the groups that the objective tells apart: `other` are the calls of none of them. */
  readonly admitted: readonly string[];
  /** For cost objectives: a request that costs more than this (money as decimal text) is a bad one. */
  readonly costLimit?: string | undefined;
  /** Cost objectives count requests without a price too: true lists these as well, as good ones. */
  readonly unpriced?: boolean | undefined;
}

/**
 * The eligible events behind an SLI as a subquery over `{from:DateTime}` to `{to:DateTime}`, by the same expressions
 * that make its points. One row an event: time, trace_id, span_id, w (1 / sampling probability), x (badness 0..1), the
 * dimensions, user_id, latency_ms, cost, error_type and, for scores, reason.
 */
export interface SliEvents {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const spanColumns = (definition: ObjectiveWrite): string =>
  `${eventColumns}, error_message, user_id, ${columnsOf([definition])}`;

/** Dimensions under the names that changes and cells use. */
export const eventDimensions = {
  feature: 'feature',
  customer: 'customer',
  team: 'team',
  environment: 'environment',
  provider: 'provider',
  model: 'model',
  promptName: 'prompt_name',
  promptVersion: 'prompt_version',
  release: 'release',
} as const;
export type EventDimension = keyof typeof eventDimensions;

const shown = `time, trace_id, span_id, feature, customer, team, environment, provider, ${dimensionColumns.model} AS model,
  prompt_name, prompt_version, release, user_id, cost, error_type,
  (toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6 AS latency_ms`;

/** The events without those within exclusion windows: what counts nowhere else is no evidence either. */
export const countedEvents = (events: SliEvents, excluded: readonly MinuteSpan[]): SliEvents =>
  excluded.length === 0
    ? events
    : { ...events, sql: `(SELECT * FROM ${events.sql} WHERE 1${notExcluded({ excluded }, 'time')})` };

export function sliEvents(subject: SliSubject): SliEvents {
  const parameters = new Parameters();
  const sql =
    subject.definition.indicator.kind === 'quality' ? scored(subject, parameters) : counted(subject, parameters);
  return { sql: `(${sql})`, params: { ...parameters.values, project: subject.projectId } };
}

/** Which facts are about a subject: by its filter and by the group it is about. */
export function subjectCondition(
  { definition, labels, admitted }: SliSubject,
  parameters: Parameters,
  textOf: TextOf = (dimension) => dimensionText(dimension, parameters),
): string {
  const named = definition.groupBy.filter((dimension) => dimension in labels);
  const filter = filterCondition(definition.filter, parameters, textOf);
  if (named.length === 0) return filter;
  if (isOther(labels, named, admitted)) {
    const key = groupKeyText(definition.groupBy, parameters, textOf);
    return `${filter} AND NOT has(${parameters.add('Array(String)', admitted)}, ${key})`;
  }
  const values = named.map((dimension) => `${textOf(dimension)} = ${parameters.add('String', labels[dimension])}`);
  return [filter, ...values].join(' AND ');
}

/** A group may have the name of the rest: then it is admitted under it. */
function isOther(labels: SliSubject['labels'], named: readonly string[], admitted: readonly string[]): boolean {
  const isNamedSo = (values: Readonly<Record<string, unknown>>): boolean =>
    named.every((dimension) => values[dimension] === otherGroup);
  return isNamedSo(labels) && !admitted.some((key) => isNamedSo(JSON.parse(key) as Record<string, unknown>));
}

function counted(subject: SliSubject, parameters: Parameters): string {
  const condition = subjectCondition(subject, parameters);
  const weight = '1 / if(sample_p > 0, sample_p, 1) AS w';
  const reason = `if(error_message != '', error_message, error_type) AS reason`;
  if (subject.definition.indicator.kind === 'cost') {
    const limit = parameters.add('Decimal(38, 12)', subject.costLimit ?? '0');
    return `SELECT ${shown}, ${weight}, toFloat64(ifNull(cost > ${limit}, 0)) AS x, ${reason} FROM ${effectiveSpans(spanColumns(subject.definition))}
      WHERE ${condition} AND ${isCall}${subject.unpriced === true ? '' : ' AND cost IS NOT NULL'}`;
  }
  const event = eventExpressions(subject.definition, parameters);
  const limit = parameters.add('Float64', eventLimit(subject.definition.indicator));
  return `SELECT ${shown}, ${weight}, toFloat64(${event.eligible} AND ${event.value} > ${limit}) AS x, ${reason} FROM ${effectiveSpans(spanColumns(subject.definition))}
    WHERE ${condition} AND ${event.counted} AND ${event.eligible}`;
}

/** Scores joined to their spans; only the newest version of a scorer's verdict counts. */
function scored(subject: SliSubject, parameters: Parameters): string {
  const { indicator } = subject.definition;
  if (indicator.kind !== 'quality') throw new Error('only quality objectives are scored');
  const badness = scoreBadness(indicator, parameters);
  return `SELECT ${shown}, w, assumeNotNull(badness) AS x, reason
    FROM ${effectiveSpans(spanColumns(subject.definition))} AS span
    INNER JOIN (
      SELECT trace_id AS score_trace, span_id AS score_span, time AS score_time, reason,
        1 / if(sample_p > 0, sample_p, 1) AS w, ${badness} AS badness
      FROM scores FINAL
      WHERE project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime}
        AND scorer = ${parameters.add('String', indicator.scorer)} AND span_id != ''
      ORDER BY ${ownVerdictFirst} LIMIT 1 BY trace_id, span_id
    ) AS score ON score.score_trace = span.trace_id AND score.score_span = span.span_id AND score.score_time = span.time
    WHERE ${subjectCondition(subject, parameters)} AND badness IS NOT NULL`;
}
