import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type {
  GroupDigest,
  Objective as ObjectiveDetail,
  ObjectiveSeries,
  ObjectiveSummary,
  pageQuery,
  rangeQuery,
} from '@plimsoll/contract';
import { runbookGap, type RunbookGap } from '@plimsoll/incidents';
import {
  budgetShareOf,
  emptyWindow,
  feasibilityWarning,
  judgedObjective,
  lookbackEdges,
  type SampleTraits,
  objectiveWarnings,
  objectiveWindow,
  PointSeries,
  sliKindOf,
  windowOfStrata,
  windowText,
  type ObjectiveWindow,
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
import { alertPrecision } from './incident-verdicts.queries.js';
import { budgetCurve } from './budget-curve.js';
import { digestOf } from './group-digest.js';
import { alike, bucketsOf } from './objective-readings.js';
import { judgeErrorView } from './judge-error-view.js';
import { dueReview } from './decision-reviews.queries.js';
import { ObjectiveSelfTest } from './objective-self-test.entity.js';
import { sparksOf } from './objective-sparks.js';
import { spendersOf } from './objective-spenders.js';
import {
  budgetView,
  recentBurnOf,
  recentSeconds,
  statusOf,
  targetTextOf,
  unitCostOf,
  windowView,
} from './objective-view.js';
import { type CurrentObjective, ObjectivesService } from './objectives.service.js';
import { bucketTotals, stretchesOf, windowTotals } from './point-sums.queries.js';
import type { PointsOf } from './point-source.queries.js';
import { slicedOf } from './point-subjects.js';
import { openIncidents, runbookMatchers } from './slo.queries.js';
import { clusterEffectView, type KnownTraits, sampleTraits } from './sample-traits.js';
import { tierStates } from './tier-states.js';

const minuteMs = 60_000;

/** What is read once for a list of objectives. */
interface ReadObjectives {
  readonly at: number;
  readonly summaries: ObjectiveSummary[];
  readonly traits: KnownTraits;
  readonly exclusions: ExclusionWindows;
  /** Sums of the windows. */
  readonly whole: ReadonlyMap<string, WindowTotals>;
}

/** What is read once for all parts of one objective. */
interface Reading {
  readonly at: number;
  readonly window: ObjectiveWindow;
  readonly of: PointsOf;
  readonly instances: readonly AlertInstance[];
  readonly samples: SampleTraits;
}

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
    const list = await this.objectives.list(projectId);
    const summaries = list.length === 0 ? [] : (await this.read(projectId, list)).summaries;
    const sorted = summaries.toSorted((a, b) => (a.budget.remaining ?? 2) - (b.budget.remaining ?? 2));
    const end = offset + query.limit;
    return { items: sorted.slice(offset, end), nextCursor: end < sorted.length ? encodeCursor(end) : null };
  }

  async summary(current: CurrentObjective): Promise<ObjectiveSummary> {
    const [summary] = (await this.read(current.objective.projectId, [current])).summaries;
    if (summary === undefined) throw new Error('a summary for each objective');
    return summary;
  }

  async detail(current: CurrentObjective): Promise<ObjectiveDetail> {
    const { objective, revision } = current;
    const { definition } = revision;
    const { at, summaries, traits, exclusions, whole } = await this.read(objective.projectId, [current]);
    const [summary] = summaries;
    if (summary === undefined) throw new Error('a summary for each objective');
    const window = objectiveWindow(definition, at);
    const of = pointsOf(revision, exclusions);
    const instances = await this.database.getRepository(AlertInstance).findBy({ revisionId: revision.id });
    const reading: Reading = { at, window, of, instances, samples: traits.used(definition) };
    const totals = whole.get(revision.id) ?? emptyWindow;
    const judge = traits.judge(definition);
    const clusters = traits.clusters(definition);
    const [tiers, groups, precision, warnings, review, selfTest] = await Promise.all([
      this.tiers(current, reading),
      this.groups(current, reading),
      alertPrecision(this.database, objective.projectId, objective.id),
      this.warnings(current, window, totals),
      dueReview(this.database, objective.id, definition, new Date(at)),
      this.selfTest(revision.id),
    ]);
    return {
      ...summary,
      definition,
      revision: revision.revision,
      createdAt: objective.createdAt.toISOString(),
      updatedAt: objective.updatedAt.toISOString(),
      tiers,
      groups,
      judgeError: judge === null ? null : judgeErrorView(definition, totals, judge, reading.samples.clusters),
      clusterEffect: clusters === null ? null : clusterEffectView(clusters),
      precision,
      warnings,
      review,
      selfTest,
    };
  }

  private async groups({ revision }: CurrentObjective, reading: Reading): Promise<GroupDigest | null> {
    if (revision.definition.groupBy.length === 0) return null;
    const { at, window, of, instances, samples } = reading;
    const [admitted, totals] = await Promise.all([
      admittedGroups(this.database, revision.id),
      windowTotals(this.clickhouse, { ...of, from: new Date(window.start), to: new Date(at) }),
    ]);
    return digestOf({ revision, admitted, totals, instances, samples });
  }

  private async known({ revision: { projectId, definition } }: CurrentObjective): Promise<KnownTraits> {
    return sampleTraits(this.clickhouse, projectId, [definition]);
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
      samples: (await this.known(current)).used(definition),
    });
    return { bucketSeconds, from: iso(from), to: iso(to), points };
  }

  async spenders(current: CurrentObjective, query: z.output<typeof rangeQuery>) {
    const { definition, projectId } = current.revision;
    const { at } = await asOfNow(this.rollups);
    const to = query.to === undefined ? at : Date.parse(query.to);
    const from = query.from === undefined ? objectiveWindow(definition, to).start : Date.parse(query.from);
    const { excluded } = await this.pointsOf(current);
    const range = { projectId, from: new Date(from), to: new Date(to), excluded };
    const items = await spendersOf(this.clickhouse, definition, range);
    return { items, nextCursor: null };
  }

  /** Queries are shared by all objectives with the same window or tier, so that a list costs a few of them. */
  private async read(projectId: string, list: readonly CurrentObjective[]): Promise<ReadObjectives> {
    const { at, stale } = await asOfNow(this.rollups);
    const windows = new Map(list.map(({ revision }) => [revision.id, objectiveWindow(revision.definition, at)]));
    const windowOf = (id: string): ObjectiveWindow => windows.get(id) ?? { seconds: 0, start: at, end: at };
    const exclusions = await exclusionWindows(this.database, projectId);
    const definitions = list.map(({ revision }) => revision.definition);
    const traits = await sampleTraits(this.clickhouse, projectId, definitions);
    const [whole, recent, sparks, incidents, instances] = await Promise.all([
      this.totalsByStart(exclusions, list, at, (current) => windowOf(current.revision.id).start),
      this.totalsByStart(
        exclusions,
        list,
        at,
        ({ revision }) => at - recentSeconds(revision.definition, windowOf(revision.id)) * 1000,
      ),
      sparksOf(this.clickhouse, exclusions, list, { at, traits }),
      openIncidents(this.database, projectId),
      this.database.getRepository(AlertInstance).findBy({ revisionId: In(list.map(({ revision }) => revision.id)) }),
    ]);
    const summaries = list.map((current): ObjectiveSummary => {
      const { id, definition } = current.revision;
      const totals = whole.get(id) ?? emptyWindow;
      const samples = traits.used(definition);
      const view = windowView(definition, totals, samples);
      const recentBurn = recentBurnOf(definition, recent.get(id) ?? emptyWindow, samples);
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
        unitCost: isCost ? unitCostOf(totals.whole) : null,
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
    return { at, summaries, traits, exclusions, whole };
  }

  private async pointsOf({ revision }: CurrentObjective): Promise<PointsOf> {
    return pointsOf(revision, await exclusionWindows(this.database, revision.projectId));
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

  private async tiers({ revision }: CurrentObjective, reading: Reading): Promise<ObjectiveDetail['tiers']> {
    const { at, window, of, instances, samples } = reading;
    const { definition, id } = revision;
    const objective = judgedObjective(definition, window.seconds, samples);
    const end = at / minuteMs;
    // Only the sums that this minute is judged by, as a step reads them, not the thousands of minutes they are of.
    const edges = lookbackEdges(objective, end - 1, end);
    const { reads } = sliKindOf(definition.indicator.kind);
    const series = (await stretchesOf(this.clickhouse, of, edges, reads, end)).get(id)?.get('') ?? new PointSeries([]);
    return tierStates(objective, series, end, instances);
  }

  private async warnings(current: CurrentObjective, window: ObjectiveWindow, whole: WindowTotals): Promise<string[]> {
    const { definition, pointsFrom, pointsWantedFrom } = current.revision;
    const warnings = objectiveWarnings(definition, window.seconds);
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

function pointsOf(revision: CurrentObjective['revision'], exclusions: ExclusionWindows): PointsOf {
  const { projectId, id, objectiveId } = revision;
  return { projectId, revisionIds: [id], excluded: exclusions.of(objectiveId), sliced: slicedOf([revision]) };
}

const runbookWarnings: Readonly<Record<Exclude<RunbookGap, 'none'>, string>> = {
  any: 'no runbook: whoever is paged has nothing to follow',
  'until suspects are ranked':
    'runbooks for suspects only: until one is ranked, whoever is paged has nothing to follow',
};

function iso(at: number): string {
  return new Date(at).toISOString();
}
