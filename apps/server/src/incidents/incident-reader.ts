import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import {
  type Incident,
  type incidentCalls,
  type incidentCallsQuery,
  type incidentExamples,
  type incidentQuery,
  type IncidentSummary,
  type ObjectiveWrite,
  PlimsollError,
} from '@plimsoll/contract';
import { wilsonInterval } from '@plimsoll/statistics';
import { DataSource, In, type FindOptionsWhere, IsNull, LessThan } from 'typeorm';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { exclusionWindows } from '../slo/exclusion-windows.js';
import { CallStoreReach } from './call-store-reach.js';
import { changeOf } from './changes.service.js';
import { listChanges } from './changes.queries.js';
import { cellsOf, drillDown } from './incident-cells.js';
import { listCalls, totalCalls } from './incident-calls.queries.js';
import { alertWindowOf, callOf, figuresOf, type SeriesRange } from './incident-figures.js';
import { recordedFigures } from './recorded-figures.js';
import { compareAttributes, exemplarsOf } from './incident-examples.js';
import {
  countCells,
  coverageOf,
  findExemplars,
  measureEvents,
  type MinuteRow,
  type PointsKey,
  readContent,
  sparkOf,
} from './incident-evidence.queries.js';
import { EscalationService } from './escalation.service.js';
import {
  exhaustionOf,
  featureOf,
  groupsOf,
  inOrder,
  nextStepsOf,
  notificationOf,
  rankedSuspects,
  summaryOf,
  timelineOf,
} from './incident-mapping.js';
import { membersOf } from './incident-groups.queries.js';
import { IncidentRunbookService } from './incident-runbook.service.js';
import { IncidentEntity, IncidentEventEntity, SuspectEntity } from './incidents.entity.js';
import { countIncidents, notificationsOf } from './incidents.queries.js';
import type { SliEvents } from './sli-events.queries.js';
import { SuspectCalls } from './suspect-calls.service.js';
import { SuspectsService } from './suspects.service.js';

type IncidentQuery = z.output<typeof incidentQuery>;
type Examples = z.output<typeof incidentExamples>;
type Calls = z.output<typeof incidentCalls>;
type CallsQuery = z.output<typeof incidentCallsQuery>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const cursorKey = z.object({ openedAt: z.string() });
const callCursor = z.object({ nanos: z.string().regex(/^\d{1,19}$/), span: z.string().max(64) });
const states: Readonly<Record<IncidentQuery['state'], IncidentEntity['state'][] | null>> = {
  open: ['triggered', 'acknowledged', 'mitigated'],
  acknowledged: ['acknowledged'],
  resolved: ['resolved', 'reviewed', 'false_alarm', 'merged'],
  all: null,
};

interface Evidence {
  readonly events: SliEvents;
  readonly range: { readonly from: Date; readonly to: Date };
  readonly sampled: boolean;
  readonly definition: ObjectiveWrite;
  readonly windowSeconds: number;
}

type Measured = Pick<Incident, 'impact' | 'affected' | 'series' | 'coverage'>;

/** All that an incident shows of calls. */
interface Counted {
  readonly evidence: Evidence | null;
  readonly measured: Measured;
  readonly spark: IncidentSummary['spark'];
  readonly changes: Incident['changes'];
}

/** Incidents as people read them: the row, its timeline and suspects, and the calls behind every number. */
@Injectable()
export class IncidentReader {
  private readonly store: CallStoreReach;
  private readonly suspectCalls: SuspectCalls;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SuspectsService) private readonly suspects: SuspectsService,
    @Inject(EscalationService) private readonly escalations: EscalationService,
    @Inject(IncidentRunbookService) private readonly runbooks: IncidentRunbookService,
  ) {
    this.store = new CallStoreReach(dataSource);
    this.suspectCalls = new SuspectCalls(dataSource, suspects);
  }

  async list(projectId: string, query: IncidentQuery) {
    const { manager } = this.dataSource;
    const wanted = states[query.state];
    const { assignee, severity, objective } = query;
    const where: FindOptionsWhere<IncidentEntity> = {
      projectId,
      ...(wanted === null ? {} : { state: In(wanted) }),
      ...(assignee === undefined ? {} : { assignee: assignee === 'none' ? IsNull() : assignee }),
      ...(severity === undefined ? {} : { severity }),
      ...(objective === undefined ? {} : { objectiveSlug: objective }),
    };
    if (query.cursor !== undefined) where.openedAt = LessThan(new Date(decodeCursor(query.cursor, cursorKey).openedAt));
    const rows = await manager.find(IncidentEntity, {
      where,
      order: { openedAt: 'DESC', id: 'ASC' },
      take: query.limit + 1,
    });
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const items = await Promise.all(
      shown.map(async (incident) => summaryOf(incident, (await this.store.ask(() => this.spark(incident))) ?? [])),
    );
    return {
      items,
      nextCursor:
        rows.length > shown.length && last !== undefined
          ? encodeCursor({ openedAt: last.openedAt.toISOString() })
          : null,
      counts: await countIncidents(manager, projectId),
    };
  }

  /** @throws PlimsollError `not_found` */
  async find(projectId: string, id: string): Promise<IncidentEntity> {
    const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const number = /^INC-(\d{1,9})$/i.exec(id)?.[1];
    const where: FindOptionsWhere<IncidentEntity> | null = isUuid
      ? { id, projectId }
      : number === undefined
        ? null
        : { number: Number(number), projectId };
    const row = where === null ? null : await this.dataSource.manager.findOneBy(IncidentEntity, where);
    if (row === null) {
      throw new PlimsollError('not_found', `incident "${id}": no such incident in this project`, { field: 'id' });
    }
    return row;
  }

  async detail(projectId: string, id: string): Promise<Incident> {
    const incident = await this.find(projectId, id);
    if (incident.imported !== null) return this.importedDetail(incident, incident.imported);
    const { manager } = this.dataSource;
    const [counted, events, rows, members, runbook, escalation, notifications] = await Promise.all([
      this.store.ask(() => this.countedOf(incident)),
      manager.find(IncidentEventEntity, { where: { incidentId: incident.id }, order: { seq: 'ASC' } }),
      manager.findBy(SuspectEntity, { incidentId: incident.id }),
      membersOf(manager, incident),
      this.runbooks.viewOf(incident),
      this.escalations.viewOf(incident),
      notificationsOf(manager, incident.id),
    ]);
    const suspects = rankedSuspects(rows, incident);
    const onsetInterval =
      incident.onsetFrom === null || incident.onsetTo === null
        ? null
        : { from: incident.onsetFrom.toISOString(), to: incident.onsetTo.toISOString() };
    const { evidence, measured, spark, changes } = counted ?? nothingCounted;
    return {
      ...summaryOf(incident, spark),
      ...measured,
      storeAway: counted === null ? await this.absence() : null,
      seq: incident.seq,
      groups: groupsOf(incident, members, events),
      onsetInterval,
      budgetRemaining: incident.evidence.budgetRemaining,
      budgetExhaustsAt: evidence === null ? null : exhaustionOf(incident, evidence.windowSeconds),
      whyFired: incident.evidence.reasons,
      suspects,
      suspectVerdict: incident.suspectVerdict ?? 'not ranked yet',
      unknownShare: incident.unknownShare,
      timeline: timelineOf(events, notifications),
      changes,
      runbook: runbook?.body ?? null,
      runbookDetail: runbook,
      escalation,
      nextSteps: nextStepsOf(suspects, incident.suspectHints),
      notifications: notifications.map(notificationOf),
      figures:
        evidence === null
          ? []
          : figuresOf(
              incident.id,
              measured,
              seriesRange(evidence.range),
              alertWindowOf(incident, evidence.definition, events),
            ).concat(recordedFigures(incident.id, evidence.definition, events, suspects)),
      imported: false,
    };
  }

  /** What is counted from calls; the store may be away. */
  private async countedOf(incident: IncidentEntity): Promise<Counted> {
    const evidence = await this.evidenceOf(incident);
    const [measured, spark, changes] = await Promise.all([
      this.measured(incident, evidence),
      this.spark(incident),
      this.changesOf(incident),
    ]);
    return { evidence, measured, spark, changes };
  }

  private async absence(): Promise<Incident['storeAway']> {
    return { since: (await this.store.lastAnswer())?.toISOString() ?? null };
  }

  /** The calls behind a figure, and what they add up to; without a range those of the whole incident. */
  async calls(projectId: string, id: string, query: CallsQuery): Promise<Calls> {
    const incident = await this.find(projectId, id);
    const evidence = await this.evidenceOf(incident);
    if (evidence === null) return { items: [], nextCursor: null, total: 0, bad: 0, users: 0, cost: '0' };
    const { from = evidence.range.from.toISOString(), to = evidence.range.to.toISOString() } = query;
    const { feature, customer, limit, suspect, side } = query;
    const asked = { events: evidence.events, range: { from: new Date(from), to: new Date(to) } };
    const { events, range } =
      suspect === undefined ? asked : await this.suspectCalls.of(projectId, incident.id, suspect, side);
    const search = { range, badOnly: query.bad, feature, customer };
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, callCursor);
    const [rows, totals] = await Promise.all([
      listCalls(this.clickhouse, events, search, limit + 1, after),
      totalCalls(this.clickhouse, events, search),
    ]);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const more = rows.length > limit && last !== undefined;
    const nextCursor = more ? encodeCursor({ nanos: last.nanos, span: `${last.trace_id}${last.span_id}` }) : null;
    return { items: shown.map(callOf), nextCursor, ...totals };
  }

  /** Bad calls of the whole incident, newest first, at most 10,000. */
  async badCalls(projectId: string, id: string): Promise<Calls['items']> {
    const limit = 10_000;
    return (await this.calls(projectId, id, { bad: true, limit })).items;
  }

  private async importedDetail(incident: IncidentEntity, imported: Incident): Promise<Incident> {
    const where = { incidentId: incident.id };
    const events = await this.dataSource.manager.find(IncidentEventEntity, { where, order: { seq: 'ASC' } });
    return {
      ...imported,
      ...summaryOf(incident, imported.spark),
      seq: incident.seq,
      // They stayed where they were counted.
      groups: [],
      // Who was told there is in the file alone.
      timeline: inOrder([...timelineOf(events), ...imported.timeline.filter(({ kind }) => kind === 'notified')]),
      storeAway: null,
      figures: [],
      imported: true,
    };
  }

  /** Bad calls beside good ones of the same features, and what sets them apart. */
  async examples(projectId: string, id: string): Promise<Examples> {
    const incident = await this.find(projectId, id);
    const evidence = await this.evidenceOf(incident);
    if (evidence === null) return { bad: [], good: [], comparison: [], concentrations: [], explanations: [] };
    const { events, range } = evidence;
    const withDayBefore = { from: new Date(range.from.getTime() - 24 * hourMs), to: range.to };
    const [[rows, content], cells] = await Promise.all([
      this.exemplars(projectId, events, range),
      countCells(this.clickhouse, events, withDayBefore, range.from),
    ]);
    const comparison = compareAttributes(cells.filter(({ incident: during }) => during === 1));
    return { ...exemplarsOf(rows, content), comparison, ...drillDown(cellsOf(cells)) };
  }

  private async exemplars(projectId: string, events: SliEvents, range: Evidence['range']) {
    const rows = await findExemplars(this.clickhouse, events, range, 12);
    return [rows, await readContent(this.clickhouse, projectId, rows, range)] as const;
  }

  private async evidenceOf(incident: IncidentEntity): Promise<Evidence | null> {
    const subject = await this.suspects.subjectOf(incident);
    if (subject === null) return null;
    const { definition } = subject;
    const days = typeof definition.window === 'string' ? Number.parseInt(definition.window, 10) : 30;
    return {
      events: await this.suspects.eventsOf(subject, incident),
      range: incidentRange(incident),
      sampled: definition.indicator.kind === 'quality',
      definition,
      windowSeconds: days * 86_400,
    };
  }

  private async measured(incident: IncidentEntity, evidence: Evidence | null): Promise<Measured> {
    if (evidence === null) return nothingMeasured;
    const { events, range, sampled } = evidence;
    const [{ impact, affected, steps }, coverage] = await Promise.all([
      measureEvents(this.clickhouse, events, seriesRange(range), range.from),
      sampled ? coverageOf(this.clickhouse, await this.pointsKey(incident, evidence.definition), range) : null,
    ]);
    const remaining = incident.evidence.budgetRemaining;
    return {
      impact: { ...impact, budgetSpent: remaining === null ? null : 1 - remaining },
      affected: affected.slice(0, 20).map((row) => ({
        feature: row.feature || null,
        customer: row.customer || null,
        calls: row.calls,
        bad: row.bad,
        badShare: row.calls > 0 ? row.bad / row.calls : null,
        users: row.users,
        cost: row.cost,
      })),
      series: steps.map((row) => stepOf(row, sampled)),
      coverage,
    };
  }

  /** Good share (or cost per outcome) over the time around the incident, for the 60 pixels of a list row. */
  private async spark(incident: IncidentEntity): Promise<IncidentSummary['spark']> {
    const subject = await this.suspects.subjectOf(incident);
    if (subject === null) return [];
    const to = new Date(Math.min(Date.now(), (incident.resolvedAt ?? new Date()).getTime() + hourMs));
    const from = new Date(incident.openedAt.getTime() - 3 * hourMs);
    const step = stepSeconds(to.getTime() - from.getTime(), 40);
    const key = await this.pointsKey(incident, subject.definition);
    const rows = await sparkOf(this.clickhouse, key, { from, to }, step);
    const isCost = incident.sliKind === 'cost';
    return rows.map((row) => {
      const value = isCost ? ratioOf(row.cost, row.outcomes) : ratioOf(row.sum_w - row.sum_wx, row.sum_w);
      return { t: row.t, v: value };
    });
  }

  private async pointsKey(incident: IncidentEntity, definition: ObjectiveWrite): Promise<PointsKey> {
    return {
      project: incident.projectId,
      revisionId: incident.revisionId,
      group: definition.groupBy.map((dimension) => [dimension, incident.labels[dimension] ?? '']),
      excluded: (await exclusionWindows(this.dataSource, incident.projectId)).of(incident.objectiveId),
    };
  }

  private async changesOf(incident: IncidentEntity): Promise<Incident['changes']> {
    const onset = incident.onsetAt ?? incident.openedAt;
    const rows = await listChanges(this.clickhouse, incident.projectId, {
      from: new Date(onset.getTime() - 6 * hourMs),
      to: incident.resolvedAt ?? new Date(),
      feature: featureOf(incident) ?? undefined,
      limit: 100,
    });
    return rows.map(changeOf);
  }
}

const nothingMeasured: Measured = { impact: null, affected: [], series: [], coverage: null };
const nothingCounted: Counted = { evidence: null, measured: nothingMeasured, spark: [], changes: [] };

function stepOf(row: MinuteRow, sampled: boolean): Incident['series'][number] {
  const ratio = row.sum_w > 0 ? row.sum_wx / row.sum_w : null;
  const interval = sampled && ratio !== null ? wilsonInterval(ratio * row.n, row.n, 0.95) : null;
  return {
    t: row.minute,
    eligible: row.n,
    bad: ratio === null ? 0 : ratio * row.n,
    ratio,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
}

/** Onset to now, or to the end of the incident. */
export function incidentRange({ onsetAt, openedAt, evidence, resolvedAt }: IncidentEntity): Evidence['range'] {
  const from = onsetAt ?? new Date(openedAt.getTime() - evidence.shortSeconds * 1000);
  return { from, to: resolvedAt ?? new Date() };
}

/** From two hours before the onset to now, in at most about 180 steps. */
export function seriesRange({ from, to }: Evidence['range']): SeriesRange {
  const begin = new Date(from.getTime() - 2 * hourMs);
  return { incident: { from, to }, from: begin, to, step: stepSeconds(to.getTime() - begin.getTime(), 180) };
}

const ratioOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

function stepSeconds(spanMs: number, most: number): number {
  const wanted = spanMs / 1000 / most;
  return [60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400].find((step) => step >= wanted) ?? 86_400;
}
