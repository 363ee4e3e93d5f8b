import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import {
  PlimsollError,
  type Backtest,
  type backtestRequest,
  type Gate,
  type gateQuery,
  type ObjectiveWrite,
  type samplingPlanQuery,
} from '@plimsoll/contract';
import { incidentOf, type LabelledIncident, type Precision, precisionOf } from '@plimsoll/incidents';
import {
  backtestObjective,
  type BacktestedPage,
  budgetShareOf,
  checkDefinition,
  decimal,
  designEffect,
  emptyWindow,
  gateVerdict,
  isReachable,
  judgedObjective,
  lookbackLengths,
  objectiveWarnings,
  objectiveWindow,
  planSampling,
  PointSeries,
  sliKindOf,
  tierDelays,
  toDecimalText,
  toNumber,
} from '@plimsoll/slo';
import { DataSource, IsNull } from 'typeorm';
import type { z } from 'zod';
import { RollupsService } from '../rollups/rollups.service.js';
import { asOfNow, bucketFor, floorMinute } from './as-of.js';
import { budgetCurve, type BudgetBucket } from './budget-curve.js';
import { exclusionWindows } from './exclusion-windows.js';
import { groupValues } from './group-values.js';
import { windowView } from './objective-view.js';
import { labelledIncidents } from './incident-verdicts.queries.js';
import { Objective } from './objective.entity.js';
import type { CurrentObjective } from './objectives.service.js';
import type { MinuteSpan } from './point-grain.js';
import { windowTotals } from './point-sums.queries.js';
import { scorePrice } from './score-price.queries.js';
import { sampleTraits } from './sample-traits.js';
import { previewSeries } from './slo.queries.js';
import { groupKeysBeyond } from './slo-points.queries.js';
import { tierWords } from './tier-states.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const backtestDays = 7;

interface Previewed {
  readonly projectId: string;
  readonly from: Date;
  readonly to: Date;
  readonly excluded: readonly MinuteSpan[];
}

/** What an objective would have said: backtests, gates for a deploy, plans. Stores nothing. */
@Injectable()
export class ObjectiveTrials {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(RollupsService) private readonly rollups: RollupsService,
  ) {}

  /** A definition that is not saved has no windows of its own, only those of the whole project. */
  private async excluded(projectId: string, slug: string): Promise<readonly MinuteSpan[]> {
    return (await exclusionWindows(this.database, projectId)).of(await this.storedId(projectId, slug));
  }

  /** Id of the objective that has this slug now; null for one that is not saved yet. */
  private async storedId(projectId: string, slug: string): Promise<string | null> {
    const objective = await this.database.getRepository(Objective).findOneBy({ projectId, slug, retiredAt: IsNull() });
    return objective?.id ?? null;
  }

  /** Incidents that the objective had in a range; one that is not saved had none. */
  private async incidents(projectId: string, slug: string, from: number, to: number): Promise<LabelledIncident[]> {
    const id = await this.storedId(projectId, slug);
    if (id === null) return [];
    return labelledIncidents(this.database, projectId, id, { from: new Date(from), to: new Date(to) });
  }

  /** The live fold over history, from a clean state; points of an unsaved definition are made from the spans. */
  async backtest(projectId: string, request: z.output<typeof backtestRequest>): Promise<Backtest> {
    const { at } = await asOfNow(this.rollups);
    const definition = request.objective;
    checkDefinition(definition, at);
    const to = request.to === undefined ? at : Math.min(at, floorMinute(Date.parse(request.to)));
    const from = request.from === undefined ? to - backtestDays * 86_400_000 : floorMinute(Date.parse(request.from));
    const window = objectiveWindow(definition, to);
    const samples = (await sampleTraits(this.clickhouse, projectId, [definition])).used(definition);
    const judged = judgedObjective(definition, window.seconds, samples);
    const lookbackMs = Math.max(...lookbackLengths(judged)) * minuteMs;
    const first = Math.min(from - lookbackMs, window.start);
    const excluded = await this.excluded(projectId, definition.slug);
    const range = { projectId, from: new Date(first), to: new Date(to), excluded };
    const series = await this.whole(range, definition);
    const groups = await this.groupSeries({ ...range, from: new Date(from - lookbackMs) }, definition);
    const judgedSeries = definition.groupBy.length === 0 ? new Map([['', series]]) : groups;
    const pages = [...judgedSeries].flatMap(([key, each]) =>
      backtestObjective(judged, each, from / minuteMs, to / minuteMs).map((page) => ({
        page,
        group: groupValues(definition, key) ?? {},
      })),
    );
    const incidents = await this.incidents(projectId, definition.slug, from, to);
    const sent = pages.map(({ page, group }) => backtestedPage(page, group, to, incidents)).toSorted(byFiring);
    const bucketSeconds = bucketFor((to - from) / 1000);
    const whole = series.totals(window.start / minuteMs, to / minuteMs);
    const buckets: BudgetBucket[] = [];
    for (let start = from; start < to; start += bucketSeconds * 1000) {
      const end = Math.min(to, start + bucketSeconds * 1000);
      buckets.push({ start, window: series.totals(start / minuteMs, end / minuteMs) });
    }
    return {
      from: iso(from),
      to: iso(to),
      minutes: (to - from) / minuteMs,
      pages: sent,
      precision: { page: precisionAt('page', sent), ticket: precisionAt('ticket', sent) },
      tiers: tierDelays(judged).map(({ tier, delays }) => ({
        ...tierWords(tier),
        reachable: delays.length === 0 || isReachable(tier, judged.budgetShare),
        delays: delays.map((delay) => ({ ...delay })),
      })),
      budgetRemaining:
        whole.whole.eligible > 0 || whole.whole.outcomes > 0
          ? windowView(definition, whole, samples).state.remaining
          : null,
      series: budgetCurve(definition, {
        whole: series.totals(Math.min(window.start, from) / minuteMs, to / minuteMs),
        before: from > window.start ? series.totals(window.start / minuteMs, from / minuteMs) : emptyWindow,
        buckets,
        from,
        to,
        bucketSeconds,
        samples,
      }),
      warnings: objectiveWarnings(definition, window.seconds),
    };
  }

  private async whole(range: Previewed, definition: ObjectiveWrite): Promise<PointSeries> {
    const subject = { revisionId: 'preview', definition: { ...definition, groupBy: [] }, groups: [] };
    return (await previewSeries(this.clickhouse, range, subject)).get('') ?? new PointSeries([]);
  }

  /** By the groups that would be admitted: the first ones of the range. */
  private async groupSeries(range: Previewed, definition: ObjectiveWrite): Promise<ReadonlyMap<string, PointSeries>> {
    if (definition.groupBy.length === 0) return new Map();
    const subject = { revisionId: 'preview', definition, groups: [] };
    const groups = (await groupKeysBeyond(this.clickhouse, range, [subject])).get(subject.revisionId) ?? [];
    const { reads } = sliKindOf(definition.indicator.kind);
    const series = await previewSeries(this.clickhouse, range, { ...subject, groups }, reads);
    return new Map([...series].filter(([key]) => key !== ''));
  }

  /** A version's own calls of the last hours against what the objective allows. */
  async gate(current: CurrentObjective, query: z.output<typeof gateQuery>): Promise<Gate> {
    const { definition, projectId } = current.revision;
    const { at } = await asOfNow(this.rollups);
    const filter = { ...definition.filter, ...versionFilter(query) };
    const from = at - query.hours * hourMs;
    const excluded = await this.excluded(projectId, definition.slug);
    const range = { projectId, from: new Date(from), to: new Date(at), excluded };
    const series = await this.whole(range, { ...definition, filter, timeslice: undefined });
    const window = series.totals(from / minuteMs, at / minuteMs);
    const samples = (await sampleTraits(this.clickhouse, projectId, [definition])).used(definition);
    return { ...gateVerdict(definition, window, query.minSamples, samples), asOf: iso(at) };
  }

  /** @throws PlimsollError `invalid_input` for an objective that is not sampled or a fall that is none. */
  async samplingPlan(current: CurrentObjective, query: z.output<typeof samplingPlanQuery>) {
    const { definition, id, projectId } = current.revision;
    if (!sliKindOf(definition.indicator.kind).sampled) {
      throw new PlimsollError('invalid_input', 'slug: only a sampled objective has a plan', { field: 'slug' });
    }
    const budgetShare = toNumber(budgetShareOf(definition));
    const designBad = 1 - Number(query.fallTo);
    if (designBad <= budgetShare) {
      throw new PlimsollError('invalid_input', `fallTo: must be below the target ${definition.target}`, {
        field: 'fallTo',
      });
    }
    const { at } = await asOfNow(this.rollups);
    const excluded = await this.excluded(projectId, definition.slug);
    const range = { projectId, revisionIds: [id], from: new Date(at - 24 * hourMs), to: new Date(at), excluded };
    const rows = await windowTotals(this.clickhouse, range);
    const whole = rows.filter(({ groupKey }) => groupKey === '');
    const scoredPerDay = whole.reduce((sum, { totals }) => sum + totals.eligible, 0);
    if (scoredPerDay === 0) {
      throw new PlimsollError('conflict', 'nothing was scored within the last day: there is no rate to plan from');
    }
    const { clusters } = (await sampleTraits(this.clickhouse, projectId, [definition])).used(definition);
    const { indicator } = definition;
    const known = indicator.kind === 'quality' ? await scorePrice(this.clickhouse, range, indicator.scorer) : null;
    const each = query.costPerScore ?? known;
    const plan = planSampling({
      scoredPerDay,
      designEffect: designEffect(clusters),
      budgetShare,
      designBad,
      daysBetweenFalseAlarms: query.daysBetweenFalseAlarms,
      wantedHours: query.withinHours ?? null,
      costPerScore: each === null ? null : decimal(each, 'costPerScore'),
    });
    const noticed = `a fall to ${Number((Number(query.fallTo) * 100).toPrecision(6))} % would be noticed in about ${Math.round(plan.samples)} scored samples = ${hours(plan.hours)} at ${scoredPerDay} a day`;
    const faster =
      plan.multiplier === null
        ? ''
        : `; ${Number(plan.multiplier.toPrecision(3))} times the sampling brings it to ${hours(query.withinHours ?? 0)}`;
    const price = plan.costPerDay === null ? '' : ` and costs ${toDecimalText(decimal(plan.costPerDay), 4)} a day`;
    return { ...plan, scoredPerDay, text: `${noticed}${faster}${price}` };
  }
}

function byFiring(a: Backtest['pages'][number], b: Backtest['pages'][number]): number {
  return a.firedAt.localeCompare(b.firedAt);
}

/** Of one severity; what overlaps no incident was judged by nobody. */
function precisionAt(severity: 'page' | 'ticket', pages: Backtest['pages']): Precision {
  return precisionOf(pages.filter((page) => page.severity === severity).map(({ incident }) => incident?.label ?? null));
}

/** `to`: end of the range, until which one that is open has lasted. */
function backtestedPage(
  page: BacktestedPage,
  group: Record<string, string>,
  to: number,
  incidents: readonly LabelledIncident[],
): Backtest['pages'][number] {
  const { tier, severity, firedAt, resolvedAt, beganAt, endedAt, peakBurn } = page;
  const span = { fromMs: beganAt * minuteMs, toMs: resolvedAt === null ? to : resolvedAt * minuteMs, group };
  const met = incidentOf(span, incidents);
  return {
    firedAt: iso(firedAt * minuteMs),
    resolvedAt: resolvedAt === null ? null : iso(resolvedAt * minuteMs),
    tier,
    severity,
    group,
    peakBurn,
    // A minute is known at its end.
    detectionSeconds: (firedAt + 1 - beganAt) * 60,
    resetSeconds: resolvedAt === null || endedAt === null ? null : (resolvedAt + 1 - endedAt) * 60,
    incident: met === null ? null : { id: met.id, reference: met.reference, label: met.label },
  };
}

function versionFilter(query: z.output<typeof gateQuery>): ObjectiveWrite['filter'] {
  const one = (value: string | undefined): string[] | undefined => (value === undefined ? undefined : [value]);
  const wanted = {
    promptName: one(query.promptName),
    promptVersion: one(query.promptVersion),
    model: one(query.model),
    release: one(query.release),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}

function hours(value: number): string {
  return `${Number(value.toPrecision(3))} h`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
