import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type {
  GroupDigest,
  GroupDimension,
  Objective as ObjectiveDetail,
  ObjectiveSeries,
  ObjectiveSummary,
  ObjectiveWrite,
  pageQuery,
  rangeQuery,
} from '@plimsoll/contract';
import { runbookGap, type RunbookGap } from '@plimsoll/incidents';
import {
  budgetShareOf,
  emptyWindow,
  feasibilityWarning,
  judgedObjective,
  type JudgeError,
  objectiveTiers,
  objectiveWarnings,
  objectiveWindow,
  PointSeries,
  sliKindOf,
  toNumber,
  windowOfStrata,
  windowText,
  type ObjectiveWindow,
  type Tier,
  type WindowTotals,
} from '@plimsoll/slo';
import { DataSource, In } from 'typeorm';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { RollupsService } from '../rollups/rollups.service.js';
import { asOfNow, bucketFor, floorMinute } from './as-of.js';
import { admittedGroups } from './admitted-groups.js';
import { AlertInstance } from './alert-instance.entity.js';
import { type ExclusionWindows, exclusionWindows } from './exclusion-windows.js';
import { groupedBy } from './grouped.js';
import { budgetCurve } from './budget-curve.js';
import { digestOf } from './group-digest.js';
import { alike, bucketsOf, sparkSeconds } from './objective-readings.js';
import { judgeErrors, type JudgeErrors } from './judge-errors.js';
import { judgeErrorView } from './judge-error-view.js';
import { dueReview } from './decision-reviews.queries.js';
import { ObjectiveSelfTest } from './objective-self-test.entity.js';
import { budgetView, statusOf, windowView } from './objective-view.js';
import { type CurrentObjective, ObjectivesService } from './objectives.service.js';
import { spendersBy } from './slo-points.queries.js';
import { bucketTotals, pointsOf, windowTotals } from './point-sums.queries.js';
import type { PointsOf } from './point-source.queries.js';
import { openIncidents, runbookMatchers } from './slo.queries.js';
import { tierStates } from './tier-states.js';

const minuteMs = 60_000;
const spenderLimit = 20;
const spenderDimensions = ['feature', 'customer', 'model', 'promptVersion'] as const;

/** What objectives look like now: reads only. */
@Injectable()
export class ObjectiveReports {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(RollupsService) private readonly rollups: RollupsService,
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
  ) {}

  /** Least budget first. */
  async list(projectId: string, query: z.output<typeof pageQuery>) {
    const offset = query.cursor === undefined ? 0 : decodeCursor(query.cursor, z.number().int().min(0));
    const summaries = await this.summaries(projectId, await this.objectives.list(projectId));
    const sorted = summaries.toSorted((a, b) => (a.budget.remaining ?? 2) - (b.budget.remaining ?? 2));
    const end = offset + query.limit;
    return { items: sorted.slice(offset, end), nextCursor: end < sorted.length ? encodeCursor(end) : null };
  }

  async detail(current: CurrentObjective): Promise<ObjectiveDetail> {
    const { objective, revision } = current;
    const { definition } = revision;
    const [summary] = await this.summaries(objective.projectId, [current]);
    if (summary === undefined) throw new Error('a summary for each objective');
    const { at } = await asOfNow(this.rollups);
    const window = objectiveWindow(definition, at);
    return {
      ...summary,
      definition,
      revision: revision.revision,
      createdAt: objective.createdAt.toISOString(),
      updatedAt: objective.updatedAt.toISOString(),
      tiers: await this.tiers(current, at, window),
      groups: await this.groups(current, at, window),
      judgeError: await this.judgeError(current, at, window),
      warnings: await this.warnings(current, window),
      review: await dueReview(this.database, objective.id, definition, new Date(at)),
      selfTest: await this.selfTest(revision.id),
    };
  }

  private async groups(current: CurrentObjective, at: number, window: ObjectiveWindow): Promise<GroupDigest | null> {
    const { revision } = current;
    if (revision.definition.groupBy.length === 0) return null;
    const of = await this.pointsOf(current);
    const [admitted, totals, instances] = await Promise.all([
      admittedGroups(this.database, revision.id),
      windowTotals(this.clickhouse, { ...of, from: new Date(window.start), to: new Date(at) }),
      this.database.getRepository(AlertInstance).findBy({ revisionId: revision.id }),
    ]);
    const judge = await this.judge(current);
    return digestOf({ revision, admitted, totals, instances, judge });
  }

  /** What the verdicts of an objective take out of its scorer's; null where nothing is known of it. */
  private async judge({ revision: { projectId, definition } }: CurrentObjective): Promise<JudgeError | null> {
    return (await judgeErrors(this.clickhouse, projectId, [definition])).used(definition);
  }

  private async judgeError(current: CurrentObjective, at: number, window: ObjectiveWindow) {
    const { definition, projectId, id } = current.revision;
    const error = (await judgeErrors(this.clickhouse, projectId, [definition])).known(definition);
    if (error === null) return null;
    const totals = await this.totals(await this.pointsOf(current), window.start, at);
    return judgeErrorView(definition, totals.get(id) ?? emptyWindow, error);
  }

  private async selfTest(revisionId: string): Promise<ObjectiveDetail['selfTest']> {
    const test = await this.database.getRepository(ObjectiveSelfTest).findOneBy({ revisionId });
    return test === null ? null : { at: test.testedAt.toISOString(), ok: test.ok, detail: test.detail };
  }

  async series(current: CurrentObjective, query: z.output<typeof rangeQuery>): Promise<ObjectiveSeries> {
    const { definition, id } = current.revision;
    const { at } = await asOfNow(this.rollups);
    const to = query.to === undefined ? at : floorMinute(Date.parse(query.to));
    const window = objectiveWindow(definition, to);
    const from = query.from === undefined ? window.start : floorMinute(Date.parse(query.from));
    const bucketSeconds = bucketFor((to - from) / 1000);
    const of = await this.pointsOf(current);
    const [whole, before, buckets] = await Promise.all([
      this.totals(of, Math.min(window.start, from), to),
      from > window.start ? this.totals(of, window.start, from) : new Map<string, WindowTotals>(),
      bucketTotals(this.clickhouse, { ...of, from: new Date(from), to: new Date(to) }, bucketSeconds),
    ]);
    const points = budgetCurve(definition, {
      whole: whole.get(id) ?? emptyWindow,
      before: before.get(id) ?? emptyWindow,
      buckets: bucketsOf(buckets),
      from,
      to,
      bucketSeconds,
      judge: await this.judge(current),
    });
    return { bucketSeconds, from: iso(from), to: iso(to), points };
  }

  async spenders(current: CurrentObjective, query: z.output<typeof rangeQuery>) {
    const { definition, projectId } = current.revision;
    const { at } = await asOfNow(this.rollups);
    const to = query.to === undefined ? at : Date.parse(query.to);
    const from = query.from === undefined ? objectiveWindow(definition, to).start : Date.parse(query.from);
    const share = toNumber(budgetShareOf(definition));
    const kind = sliKindOf(definition.indicator.kind);
    const { excluded } = await this.pointsOf(current);
    const range = { projectId, from: new Date(from), to: new Date(to), excluded };
    const dimensions = [...new Set<GroupDimension>([...spenderDimensions, ...definition.groupBy])];
    const found = groupedBy(
      await spendersBy(this.clickhouse, range, definition, dimensions, spenderLimit),
      (row) => row.dimension,
    );
    const byDimension = dimensions.map((dimension) =>
      (found.get(dimension) ?? []).map((row) => {
        const totals = {
          ...emptyWindow.whole,
          sumW: row.eligible,
          sumWx: row.bad,
          eligible: row.eligible,
          bad: row.bad,
        };
        const money = { cost: BigInt(row.cost_pico), outcomes: row.outcomes };
        const { eligible, bad } = kind.eventSums({ ...totals, ...money }, definition.indicator);
        return { dimension, value: row.value, eligible, bad: typeof bad === 'number' ? bad : toNumber(bad) };
      }),
    );
    const items = byDimension.flatMap((rows) => {
      const allowed = share * rows.reduce((sum, row) => sum + row.eligible, 0);
      return rows.map((row) => ({
        ...row,
        errorRatio: row.eligible > 0 ? row.bad / row.eligible : null,
        budgetShare: allowed > 0 ? row.bad / allowed : null,
      }));
    });
    return { items, nextCursor: null };
  }

  /** Queries are shared by all objectives with the same window or tier, so that a list costs a few of them. */
  private async summaries(projectId: string, list: readonly CurrentObjective[]): Promise<ObjectiveSummary[]> {
    if (list.length === 0) return [];
    const { at, stale } = await asOfNow(this.rollups);
    const windows = new Map(list.map(({ revision }) => [revision.id, objectiveWindow(revision.definition, at)]));
    const windowOf = (id: string): ObjectiveWindow => windows.get(id) ?? { seconds: 0, start: at, end: at };
    const exclusions = await exclusionWindows(this.database, projectId);
    const definitions = list.map(({ revision }) => revision.definition);
    const judges = await judgeErrors(this.clickhouse, projectId, definitions);
    const [whole, recent, sparks, incidents, instances] = await Promise.all([
      this.totalsByStart(exclusions, list, at, (current) => windowOf(current.revision.id).start),
      this.totalsByStart(
        exclusions,
        list,
        at,
        ({ revision }) => at - recentSeconds(revision.definition, windowOf(revision.id)) * 1000,
      ),
      this.sparks(exclusions, list, at, windowOf, judges),
      openIncidents(this.database, projectId),
      this.database.getRepository(AlertInstance).findBy({ revisionId: In(list.map(({ revision }) => revision.id)) }),
    ]);
    return list.map((current) => {
      const { id, definition } = current.revision;
      const totals = whole.get(id) ?? emptyWindow;
      const judge = judges.used(definition);
      const view = windowView(definition, totals, judge);
      const recentBurn = recentBurnOf(definition, recent.get(id) ?? emptyWindow, judge);
      const own = instances.filter((each) => each.revisionId === id);
      const silent = own.some(({ groupKey, state }) => groupKey === '' && state === 'no_data');
      const firing = own.filter(({ state }) => state === 'firing' || state === 'resolving').map(({ tier }) => tier);
      const { status, reason } = statusOf({
        definition,
        window: totals,
        view,
        firing: [...new Set(firing)],
        stale,
        silent,
      });
      const isCost = definition.indicator.kind === 'cost';
      return {
        id: current.objective.id,
        slug: definition.slug,
        name: definition.name,
        kind: definition.indicator.kind,
        feature: definition.filter.feature?.length === 1 ? (definition.filter.feature[0] ?? null) : null,
        owner: definition.owner ?? null,
        target: definition.target,
        targetText: targetTextOf(definition),
        windowText: windowText(definition),
        // The share of good events has no meaning for money.
        sli: isCost ? null : view.state.sli,
        sliInterval:
          view.interval === null ? null : { low: 1 - view.interval.high, high: 1 - view.interval.low, level: 0.95 },
        eligible: isCost ? totals.whole.outcomes : totals.whole.eligible,
        bad: totals.whole.bad,
        coverage:
          view.estimate === null ? null : { scored: totals.whole.eligible, population: totals.whole.population },
        budget: budgetView(definition, totals, view, windowOf(id).seconds, recentBurn),
        burnRate: recentBurn,
        status,
        statusReason: reason,
        openIncidentId: incidents.get(current.objective.id) ?? null,
        spark: sparks.get(id) ?? [],
        asOf: iso(at),
      };
    });
  }

  private async pointsOf({ revision }: CurrentObjective): Promise<PointsOf> {
    const { projectId, id, objectiveId } = revision;
    const exclusions = await exclusionWindows(this.database, projectId);
    return { projectId, revisionIds: [id], excluded: exclusions.of(objectiveId) };
  }

  private async totalsByStart(
    exclusions: ExclusionWindows,
    list: readonly CurrentObjective[],
    at: number,
    startOf: (current: CurrentObjective) => number,
  ): Promise<ReadonlyMap<string, WindowTotals>> {
    const all = await Promise.all(alike(exclusions, list, startOf).map(({ start, of }) => this.totals(of, start, at)));
    return new Map(all.flatMap((each) => [...each]));
  }

  private async totals(of: PointsOf, from: number, to: number): Promise<Map<string, WindowTotals>> {
    const rows = await windowTotals(this.clickhouse, { ...of, from: new Date(from), to: new Date(to) });
    const whole = rows.filter(({ groupKey }) => groupKey === '');
    const byRevision = groupedBy(whole, ({ revisionId }) => revisionId);
    return new Map([...byRevision].map(([id, strata]) => [id, windowOfStrata(strata.map(({ totals }) => totals))]));
  }

  private async sparks(
    exclusions: ExclusionWindows,
    list: readonly CurrentObjective[],
    at: number,
    windowOf: (id: string) => ObjectiveWindow,
    judges: JudgeErrors,
  ): Promise<ReadonlyMap<string, ObjectiveSummary['spark']>> {
    const sparks = new Map<string, ObjectiveSummary['spark']>();
    for (const { start, of, group } of alike(exclusions, list, ({ revision }) => windowOf(revision.id).start)) {
      const bucketSeconds = sparkSeconds((at - start) / 1000);
      // Whole hours where they fit: buckets that begin on an hour are read from the hour grain.
      const from = bucketSeconds % 3600 === 0 ? Math.ceil(start / 3_600_000) * 3_600_000 : start;
      const range = { ...of, from: new Date(from), to: new Date(at) };
      const rows = groupedBy(await bucketTotals(this.clickhouse, range, bucketSeconds), ({ revisionId }) => revisionId);
      for (const { revision } of group) {
        const buckets = bucketsOf(rows.get(revision.id) ?? []);
        const whole = windowOfStrata((rows.get(revision.id) ?? []).map(({ totals }) => totals));
        const judge = judges.used(revision.definition);
        const curve = { whole, before: emptyWindow, buckets, from, to: at, bucketSeconds, judge };
        const points = budgetCurve(revision.definition, curve);
        sparks.set(
          revision.id,
          points.map(({ t, budgetRemaining }) => ({ t, v: budgetRemaining })),
        );
      }
    }
    return sparks;
  }

  private async tiers(
    current: CurrentObjective,
    at: number,
    window: ObjectiveWindow,
  ): Promise<ObjectiveDetail['tiers']> {
    const { definition, id } = current.revision;
    const objective = judgedObjective(definition, window.seconds, await this.judge(current));
    const longest = Math.max(...objective.tiers.map(({ longSeconds }) => longSeconds));
    const from = Math.min(at - longest * 1000, definition.volumeAware ? window.start : at);
    const of = await this.pointsOf(current);
    const points = await pointsOf(this.clickhouse, { ...of, from: new Date(from), to: new Date(at) });
    const series = new PointSeries(points.filter(({ groupKey }) => groupKey === ''));
    const instances = await this.database.getRepository(AlertInstance).findBy({ revisionId: id });
    return tierStates(objective, series, at / minuteMs, instances);
  }

  private async warnings(current: CurrentObjective, window: ObjectiveWindow): Promise<string[]> {
    const { definition, id, pointsFrom, pointsWantedFrom } = current.revision;
    const warnings = objectiveWarnings(definition, window.seconds);
    const whole = (await this.totals(await this.pointsOf(current), window.start, window.end)).get(id) ?? emptyWindow;
    const kind = sliKindOf(definition.indicator.kind);
    const sums = kind.eventSums(whole.whole, definition.indicator);
    const feasibility = kind.bounded ? feasibilityWarning(sums, budgetShareOf(definition)) : null;
    if (feasibility !== null) warnings.push(feasibility);
    if (pointsFrom === null || pointsFrom > pointsWantedFrom)
      warnings.push('history is still being read; the budget is not complete');
    if (!definition.alerting) warnings.push('alerting is off: shown and computed, never pages');
    if (definition.runbook === undefined) {
      const subject = { objective: definition.slug, kind: definition.indicator.kind };
      const gap = runbookGap(await runbookMatchers(this.database, current.objective.projectId), subject);
      if (gap !== 'none') warnings.push(runbookWarnings[gap]);
    }
    return warnings;
  }
}

const runbookWarnings: Readonly<Record<Exclude<RunbookGap, 'none'>, string>> = {
  any: 'no runbook: whoever is paged has nothing to follow',
  'until suspects are ranked':
    'runbooks for suspects only: until one is ranked, whoever is paged has nothing to follow',
};

function targetTextOf(definition: ObjectiveWrite): string {
  return sliKindOf(definition.indicator.kind).targetText(definition, definition.indicator);
}

/** The fastest tier's long window: what "burning now" means. */
function recentSeconds(definition: ObjectiveWrite, window: ObjectiveWindow): number {
  const [fastest]: readonly Tier[] = objectiveTiers(definition, window.seconds);
  return fastest?.longSeconds ?? 3600;
}

function recentBurnOf(definition: ObjectiveWrite, window: WindowTotals, judge: JudgeError | null): number | null {
  if (window.whole.eligible === 0 && window.whole.outcomes === 0) return null;
  return windowView(definition, window, judge).state.burnRate;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
