import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import {
  type ObjectiveCall,
  type ObjectiveCallQuery,
  type ObjectiveCalls,
  type ObjectiveOutcome,
  type ObjectiveOutcomeQuery,
  type ObjectiveOutcomes,
  objectiveWrite,
  PlimsollError,
} from '@plimsoll/contract';
import { decimal, toDecimalText } from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { eventDimensions, sliEvents, type SliEvents, type SliSubject } from '../incidents/sli-events.queries.js';
import type { SideCalls } from '../incidents/suspect-calls.service.js';
import { admittedGroups } from '../slo/admitted-groups.js';
import { exclusionWindows } from '../slo/exclusion-windows.js';
import { groupValues } from '../slo/group-values.js';
import type { ObjectiveRevision } from '../slo/objective-revision.entity.js';
import { ObjectivesService } from '../slo/objectives.service.js';
import { type CallRow, type CallSearch, countCalls, definitionOfIncident, listCalls } from './calls.queries.js';
import { countOutcomes, listOutcomes, type OutcomeRow } from './outcomes.queries.js';
import { isoOfNanos } from './span-view.js';

const dayMs = 86_400_000;
const callCursor = z.tuple([z.string(), z.string(), z.string()]);
const outcomeCursor = z.tuple([z.string(), z.string()]);
const orNull = (text: string): string | null => (text === '' ? null : text);

interface Search {
  readonly search: CallSearch;
  readonly subject: SliSubject;
}

/** ClickHouse DateTime has whole seconds: a range is widened to them. */
const wholeSeconds = (ms: number, round: (value: number) => number): Date => new Date(round(ms / 1000) * 1000);

const wholeRange = ({ from, to }: { readonly from: Date; readonly to: Date }) => ({
  from: wholeSeconds(from.getTime(), Math.floor),
  to: wholeSeconds(to.getTime(), Math.ceil),
});

/**
 * The calls behind the figures of an objective: by the expressions that make its points, so that what is listed is what
 * was counted.
 */
@Injectable()
export class CallsService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
  ) {}

  /**
   * @param side in the place of all calls of the range: those that a suspect was judged by, in the range of its ranking
   * @throws PlimsollError `not_found` for an objective or incident that the project does not have.
   */
  async list(projectId: string, slug: string, query: ObjectiveCallQuery, side?: SideCalls): Promise<ObjectiveCalls> {
    const { search: asked, subject } = await this.searchOf(projectId, slug, query);
    const search = side === undefined ? asked : { ...asked, events: side.events, ...wholeRange(side.range) };
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, callCursor);
    const position = after === null ? null : { key: after[0], traceId: after[1], spanId: after[2] };
    const [rows, counts] = await Promise.all([
      listCalls(this.clickhouse, search, query, position),
      countCalls(this.clickhouse, search),
    ]);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    const { indicator } = subject.definition;
    return {
      from: search.from.toISOString(),
      to: search.to.toISOString(),
      ...counts,
      kind: indicator.kind,
      countsOutcomes: indicator.kind === 'cost' && indicator.per === 'outcome',
      items: rows.map(callOf),
      nextCursor: last === undefined ? null : encodeCursor([last.sort_key, last.trace_id, last.span_id]),
    };
  }

  /**
   * The outcomes of a cost per outcome, counted as its points are, with what was spent for them.
   * @throws PlimsollError `not_found`; `invalid_input` for an objective that counts no outcomes.
   */
  async outcomes(projectId: string, slug: string, query: ObjectiveOutcomeQuery): Promise<ObjectiveOutcomes> {
    const { search, subject } = await this.searchOf(projectId, slug, query);
    const { indicator } = subject.definition;
    if (indicator.kind !== 'cost' || indicator.per !== 'outcome' || indicator.outcome === undefined) {
      throw new PlimsollError('invalid_input', 'slug: only a cost per outcome has outcomes', { field: 'slug' });
    }
    const { from, to, excluded } = search;
    const wanted = { subject, outcome: indicator.outcome, from, to, excluded };
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, outcomeCursor);
    const position = after === null ? null : { micros: after[0], key: after[1] };
    const [rows, outcomes, { cost }] = await Promise.all([
      listOutcomes(this.clickhouse, wanted, query.limit, position),
      countOutcomes(this.clickhouse, wanted),
      countCalls(this.clickhouse, search),
    ]);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    const { over, under } = decimal(cost);
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      name: indicator.outcome,
      outcomes,
      cost,
      costPerOutcome: outcomes === 0 ? null : toDecimalText({ over, under: under * BigInt(outcomes) }, 12),
      items: rows.map(outcomeOf),
      nextCursor: last === undefined ? null : encodeCursor([last.at_micros, last.outcome_key]),
    };
  }

  private async searchOf(projectId: string, slug: string, query: Partial<ObjectiveCallQuery>): Promise<Search> {
    const to = wholeSeconds(query.to === undefined ? Date.now() : Date.parse(query.to), Math.ceil);
    const from = wholeSeconds(query.from === undefined ? to.getTime() - dayMs : Date.parse(query.from), Math.floor);
    if (from >= to) throw new PlimsollError('invalid_input', 'from: must be before to', { field: 'from' });
    const { objective, revision } = await this.objectives.get(projectId, slug);
    const windows = await exclusionWindows(this.database, projectId);
    const subject = await this.subjectOf(revision, query);
    const dimensions = Object.keys(eventDimensions) as (keyof typeof eventDimensions)[];
    const search = {
      events: eventsOf(subject),
      from,
      to,
      excluded: windows.of(objective.id),
      dimensions: Object.fromEntries(
        dimensions.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])),
      ),
    };
    return { search, subject };
  }

  private async subjectOf(
    { projectId, ...revision }: Pick<ObjectiveRevision, 'projectId' | 'id' | 'definition'>,
    { incident, group }: Partial<ObjectiveCallQuery>,
  ): Promise<SliSubject> {
    if (incident === undefined) {
      const definition = objectiveWrite.parse(revision.definition);
      const labels = group === undefined ? {} : groupOf(definition, group);
      return { projectId, definition, labels, admitted: await admittedGroups(this.database, revision.id) };
    }
    const found = await definitionOfIncident(this.database, projectId, incident);
    if (found === null) throw new PlimsollError('not_found', `there is no incident ${incident}`, { field: 'incident' });
    const admitted = await admittedGroups(this.database, found.revision_id);
    return { projectId, definition: objectiveWrite.parse(found.definition), labels: found.labels, admitted };
  }
}

/** @throws PlimsollError `invalid_input` for what is no key of the objective's groups. */
function groupOf(definition: SliSubject['definition'], key: string): Record<string, string> {
  const values = groupValues(definition, key);
  const isOne = values !== null && definition.groupBy.every((dimension) => values[dimension] !== undefined);
  if (isOne && definition.groupBy.length > 0) return values;
  throw new PlimsollError('invalid_input', `group: is no key of a group by ${definition.groupBy.join(' and ')}`, {
    field: 'group',
  });
}

/** A cost objective is about sums; of its requests those above the ceiling are the ones to look at. */
function eventsOf(subject: SliSubject): SliEvents {
  const { indicator } = subject.definition;
  return sliEvents(indicator.kind === 'cost' ? { ...subject, costLimit: indicator.ceiling, unpriced: true } : subject);
}

/** An outcome without a trace of its own may have the trace's id as its key. */
const traceId = /^[0-9a-f]{32}$/;

function outcomeOf(row: OutcomeRow): ObjectiveOutcome {
  return {
    key: row.outcome_key,
    at: new Date(Number(row.at_micros) / 1000).toISOString(),
    value: row.value,
    currency: orNull(row.currency),
    feature: orNull(row.feature),
    customer: orNull(row.customer),
    traceId: orNull(row.trace_id) ?? (traceId.test(row.outcome_key) ? row.outcome_key : null),
  };
}

function callOf(row: CallRow): ObjectiveCall {
  return {
    traceId: row.trace_id,
    spanId: row.span_id,
    at: isoOfNanos(row.time_ns),
    bad: row.x > 0,
    badness: row.x,
    weight: row.w,
    reason: orNull(row.reason),
    feature: orNull(row.feature),
    customer: orNull(row.customer),
    provider: orNull(row.provider),
    model: orNull(row.model),
    promptName: orNull(row.prompt_name),
    promptVersion: orNull(row.prompt_version),
    release: orNull(row.release),
    userId: orNull(row.user_id),
    latencyMs: row.latency_ms,
    cost: row.cost,
  };
}
