import type { ObjectiveWrite } from '@plimsoll/contract';
import { effectiveSpans } from '../rollups/effective-spans.queries.js';
import { groupedBy } from './grouped.js';
import { columnsOf, dimensionText, groupKeyText, namesOf, type TextOf } from './dimensions.queries.js';
import {
  eventColumns,
  eventExpressions,
  isCall,
  isRoot,
  ownVerdictFirst,
  scoreExpressions,
} from './event-expressions.queries.js';
import type { Parameters } from './parameters.js';
import {
  comparedBy,
  joinedBy,
  otherGroup,
  type PointsBatch,
  pointsBatches,
  type PointsSubject,
  type Shape,
  termType,
} from './point-subjects.js';

// Each function below makes a SELECT of facts (calls, scores, outcomes) joined with the objectives that they count for:
// one row a fact and objective, with `objective`, `at`, `minute`, `stratum`, `group_keys` (the keys that it adds to),
// `group_beyond` (its own key where that is not admitted, else empty) and the sums of `sli_points` as they are of one fact.

/** What a fact is told apart by in a shape: shape, value to join by, values to compare, group key. */
function identity({ number, definition }: Shape, parameters: Parameters, textOf: TextOf): string {
  const by = joinedBy(definition);
  const compared = comparedBy(definition).map((name) => namesOf(name, textOf));
  return `toUInt32(${number}), ${by === null ? `''` : textOf(by)},
    CAST([${compared.join(', ')}], 'Array(Array(String))'), ${groupKeyText(definition.groupBy, parameters, textOf)}`;
}

const identityColumns = 'fact.1 AS shape, fact.2 AS joined, fact.3 AS compared, fact.4 AS group_key';

/** The objectives of a batch, one term a row. Texts are rows before they are read: of constants the engine makes literals. */
function termsTable({ terms }: PointsBatch, parameters: Parameters): string {
  const texts = terms.map((text) => parameters.add('String', text));
  return `(SELECT arrayJoin(JSONExtract(text, 'Array(${termType})')) AS term
      FROM (SELECT arrayJoin([${texts.join(', ')}]) AS text))`;
}

/** Subquery with the ids of the objectives of a batch. */
export function objectivesOf(batch: PointsBatch, parameters: Parameters): string {
  return `(SELECT term.2 FROM ${termsTable(batch, parameters)})`;
}

/** Facts beside the objectives that want them; `columns` may name columns of the facts (e) and of the objectives (o). */
function joined(columns: string, facts: string, batch: PointsBatch, parameters: Parameters): string {
  return `SELECT o.objective AS objective, e.at AS at, e.minute AS minute, ${columns},
      if(o.grouped, ['', if(has(o.groups, e.group_key), e.group_key, '${otherGroup}')], ['']) AS group_keys,
      if(o.grouped AND NOT has(o.groups, e.group_key), e.group_key, '') AS group_beyond
    FROM (${facts}) AS e
    INNER JOIN (
      SELECT term.1 AS shape, term.2 AS objective, arrayJoin(term.3) AS wanted, term.4 AS compared, term.5 AS limit,
        term.6 AS grouped, term.7 AS groups
      FROM ${termsTable(batch, parameters)}) AS o ON o.shape = e.shape AND o.wanted = e.joined
    WHERE arrayAll((wanted, names) -> hasAny(wanted, names), o.compared, e.compared)`;
}

const definitionsOf = ({ shapes }: PointsBatch): ObjectiveWrite[] => shapes.map(({ definition }) => definition);

/** Latency, errors and cost: one pass over the spans of the range for all shapes. */
function spanFacts(batch: PointsBatch, parameters: Parameters): string {
  const textOf: TextOf = (dimension) => dimensionText(dimension, parameters);
  const rows = batch.shapes.map((shape) => {
    const event = eventExpressions(shape.definition, parameters);
    const row = `(${identity(shape, parameters, textOf)}, toUInt64(${event.eligible}), ${event.value},
      toUInt64(${event.excluded}), ${event.cost}, toUInt64(${event.outcomes}))`;
    return `if(${event.counted}, [${row}], [])`;
  });
  const facts = `SELECT at, minute, w, ${identityColumns}, fact.5 AS eligible, fact.6 AS value, fact.7 AS excluded,
      fact.8 AS cost, fact.9 AS outcomes
    FROM (
      SELECT time AS at, toStartOfMinute(toDateTime(time, 'UTC')) AS minute, 1 / if(sample_p > 0, sample_p, 1) AS w,
        arrayJoin(arrayConcat(${rows.join(',\n')})) AS fact
      FROM ${effectiveSpans(`${eventColumns}, ${columnsOf(definitionsOf(batch))}`)}
      WHERE ${isCall} OR ${isRoot})`;
  const bad = `toUInt64(e.eligible AND e.value > o.limit)`;
  const columns = `'' AS stratum, e.eligible AS population, e.eligible AS eligible, ${bad} AS bad, e.eligible * e.w AS sum_w,
      ${bad} * e.w AS sum_wx, e.eligible * e.w * e.w AS sum_w2, ${bad} * e.w * e.w AS sum_w2x, ${bad} * e.w * e.w AS sum_w2x2,
      e.cost AS cost, e.outcomes AS outcomes, toUInt64(0) AS selected, toUInt64(0) AS settled, e.excluded AS excluded`;
  return joined(columns, facts, batch, parameters);
}

/** What outcomes know of their trace; a filter by anything else is about their spend alone. */
const outcomeTexts: Readonly<Record<string, string>> = {
  feature: 'toString(last_feature)',
  customer: 'toString(last_customer)',
};

/** Text of a dimension of an outcome; null for what outcomes do not know. */
export function outcomeText(dimension: string): string | null {
  return outcomeTexts[dimension] ?? null;
}

/** Outcomes of a name whose last event is a success and lies within the range, one row a key. */
export function lastOutcomes(name: string, columns: readonly string[] = []): string {
  const last = [
    'outcome_key',
    'max(occurred_at) AS last_at',
    'argMax(status, occurred_at) AS last_status',
    'argMax(feature, occurred_at) AS last_feature',
    'argMax(customer, occurred_at) AS last_customer',
    ...columns,
  ];
  return `SELECT * FROM (
        SELECT ${last.join(', ')}
        FROM outcomes FINAL
        WHERE project = {project:String} AND name = ${name} AND outcome_key IN (
          SELECT outcome_key FROM outcomes WHERE project = {project:String} AND name = ${name}
            AND occurred_at >= {from:DateTime} AND occurred_at < {to:DateTime})
        GROUP BY outcome_key)
      WHERE last_at >= {from:DateTime} AND last_at < {to:DateTime} AND last_status = 'success'`;
}

/** Outcomes flow: each counts in the minute of its last event, whatever trace it belongs to (architecture 3a, rule 10). */
function outcomeFacts(outcome: string, batch: PointsBatch, parameters: Parameters): string {
  const name = parameters.add('String', outcome);
  const textOf: TextOf = (dimension) => outcomeText(dimension) ?? `''`;
  const rows = batch.shapes.map((shape) => `(${identity(shape, parameters, textOf)})`);
  const facts = `SELECT at, minute, ${identityColumns}
    FROM (
      SELECT last_at AS at, toStartOfMinute(toDateTime(last_at, 'UTC')) AS minute, arrayJoin([${rows.join(', ')}]) AS fact
      FROM (${lastOutcomes(name)}))`;
  const columns = `'' AS stratum, toUInt64(1) AS population, toUInt64(1) AS eligible, toUInt64(0) AS bad, 1. AS sum_w, 0. AS sum_wx,
      1. AS sum_w2, 0. AS sum_w2x, 0. AS sum_w2x2, toDecimal128(0, 12) AS cost, toUInt64(1) AS outcomes, toUInt64(0) AS selected,
      toUInt64(0) AS settled, toUInt64(0) AS excluded`;
  return joined(columns, facts, batch, parameters);
}

/** Scores and decisions of objectives that read one scorer alike; only the newest version of a verdict counts. */
function scoreFacts(batch: PointsBatch, parameters: Parameters): string {
  const indicator = batch.shapes[0]?.definition.indicator;
  if (indicator?.kind !== 'quality') throw new Error('quality objectives alone have scores');
  const scorer = parameters.add('String', indicator.scorer);
  const score = scoreExpressions(indicator);
  const within = `project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime} AND scorer = ${scorer}`;
  const judged = `SELECT trace_id, span_id, time, stratum, 0 AS decided, 0 AS chosen, 0 AS done, 0 AS without,
        1 / if(sample_p > 0, sample_p, 1) AS w, ${score.value} AS verdict
      FROM (SELECT * FROM scores FINAL WHERE ${within} AND span_id != ''
        ORDER BY ${ownVerdictFirst} LIMIT 1 BY trace_id, span_id)
      WHERE verdict IS NOT NULL`;
  const decided = `SELECT trace_id, span_id, time, stratum, toUInt8(NOT skipped) AS decided,
        toUInt8(decision = 'selected' AND NOT skipped) AS chosen,
        toUInt8(NOT skipped AND (outcome IN ('scored', 'failed') OR decision = 'over_budget')) AS done,
        toUInt8(skipped) AS without, 0. AS w, NULL AS verdict
      FROM (SELECT *, outcome = 'not_applicable' OR decision = 'no_content' AS skipped FROM scoring_decisions FINAL
        WHERE ${within} ORDER BY version DESC LIMIT 1 BY trace_id, span_id)`;
  const textOf: TextOf = (dimension) => dimensionText(dimension, parameters);
  const rows = batch.shapes.map((shape) => `(${identity(shape, parameters, textOf)})`);
  const facts = `SELECT at, minute, stratum, decided, chosen, done, without, w, verdict, ${identityColumns}
    FROM (
      SELECT said.time AS at, toStartOfMinute(toDateTime(said.time, 'UTC')) AS minute, said.stratum AS stratum, decided, chosen,
        done, without, w, verdict, arrayJoin([${rows.join(', ')}]) AS fact
      FROM (${judged} UNION ALL ${decided}) AS said
      INNER JOIN ${effectiveSpans(`time, trace_id, span_id, ${columnsOf(definitionsOf(batch))}`)} AS span
        ON span.trace_id = said.trace_id AND span.span_id = said.span_id AND span.time = said.time)`;
  const x = score.badness('e.verdict', 'o.limit');
  const columns = `e.stratum AS stratum, toUInt64(e.decided) AS population, toUInt64(e.verdict IS NOT NULL) AS eligible,
      toUInt64(ifNull(${x}, 0) > 0) AS bad, if(e.verdict IS NULL, 0, e.w) AS sum_w, ifNull(e.w * ${x}, 0) AS sum_wx,
      if(e.verdict IS NULL, 0, e.w * e.w) AS sum_w2, ifNull(e.w * e.w * ${x}, 0) AS sum_w2x,
      ifNull(e.w * e.w * ${x} * ${x}, 0) AS sum_w2x2, toDecimal128(0, 12) AS cost, toUInt64(0) AS outcomes,
      toUInt64(e.chosen) AS selected, toUInt64(e.done) AS settled, toUInt64(e.without) AS excluded`;
  return joined(columns, facts, batch, parameters);
}

/** All facts of some objectives, as SELECTs. */
export function factsOf(subjects: readonly PointsSubject[], parameters: Parameters): string[] {
  const spans = subjects.filter(({ definition }) => definition.indicator.kind !== 'quality');
  const outcomes = groupedBy(
    subjects.filter(({ definition }) => outcomeOf(definition) !== null).map(asOutcomes),
    (each) => outcomeOf(each.definition),
  );
  const scores = groupedBy(
    subjects.filter(({ definition }) => definition.indicator.kind === 'quality'),
    ({ definition }) => readingOf(definition),
  );
  return [
    ...pointsBatches(spans).map((batch) => spanFacts(batch, parameters)),
    ...[...outcomes].flatMap(([outcome, each]) =>
      pointsBatches(each).map((batch) => outcomeFacts(outcome ?? '', batch, parameters)),
    ),
    ...[...scores.values()].flatMap((alike) => pointsBatches(alike).map((batch) => scoreFacts(batch, parameters))),
  ];
}

function outcomeOf({ indicator }: ObjectiveWrite): string | null {
  return indicator.kind === 'cost' && indicator.per === 'outcome' ? (indicator.outcome ?? '') : null;
}

/** An objective as its outcomes are filtered. */
function asOutcomes(subject: PointsSubject): PointsSubject {
  const filter = Object.entries(subject.definition.filter).filter(([name]) => outcomeText(name) !== null);
  return { ...subject, definition: { ...subject.definition, filter: Object.fromEntries(filter) } };
}

/** What is read of the facts of a scorer: objectives that read the same share one reading. */
function readingOf({ indicator }: ObjectiveWrite): string {
  return indicator.kind === 'quality'
    ? JSON.stringify([indicator.scorer, indicator.measure, indicator.passMark !== undefined])
    : '';
}
