import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { type CostQuery, type CostReport, priceCurrency, type Project } from '@plimsoll/contract';
import { csvLine, focusHeader, focusLine, loadShippedPriceBook, parseMoney, printMoney } from '@plimsoll/cost';
import { calendarPeriod } from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import { GpuCostsService } from '../gpu/gpu-costs.service.js';
import { BudgetEntity, OutcomeDefinitionEntity } from './cost.entity.js';
import {
  charges,
  costCells,
  judgeCells,
  outcomeCohorts,
  type CohortCell,
  type CostCell,
  type CostCondition,
  type CostDimension,
} from './cost.queries.js';
import type { CostParts } from './cost-parts.js';
import { daysOf, periodOf, previousPeriod, type Period } from './cost-period.js';
import { buildCostReport, type RemainderCell } from './cost-report.js';
import { budgetFacts } from './budget-fact.js';
import { tokenCharges } from './focus-charges.js';
import { PriceBooks } from './price-books.service.js';

/** Seven days after its start a trace without an outcome counts as not successful. */
const defaultAttributionSeconds = 7 * 86_400;
/** Full days that a forecast looks back: four weeks, and one day for the zone. */
const historyDays = 29;
const dayMs = 86_400_000;

export type ReportQuery = Omit<CostQuery, 'groupBy' | 'compare'> & Pick<CostQuery, 'groupBy' | 'compare'>;

/** The cost page: one set of queries from which every total, export and budget is made. */
@Injectable()
export class CostService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(GpuCostsService) private readonly gpuCosts: GpuCostsService,
    @Inject(PriceBooks) private readonly books: PriceBooks,
  ) {}

  /** `cohorts: none` leaves the figures per outcome out: who asks for the amount alone need not wait for them. */
  async report(
    project: Project,
    query: ReportQuery,
    cohorts: 'all' | 'none' = 'all',
    nowMs = Date.now(),
  ): Promise<CostReport> {
    const timeZone = query.timeZone ?? project.timeZone;
    const period = periodOf(query, timeZone, nowMs);
    const previous = query.compare === 'previous' ? previousPeriod(period, timeZone, nowMs) : null;
    const running = nowMs >= period.from && nowMs < period.to;
    const today = calendarPeriod('day', timeZone, nowMs).start;
    const history: Period | null = running ? { from: today - historyDays * dayMs, to: today } : null;
    const condition = conditionOf(project, query, timeZone, period);
    const whole = { ...condition, ...dates(covering([period, previous, history])) };
    const budgets = await this.dataSource
      .getRepository(BudgetEntity)
      .find({ where: { projectId: project.id }, order: { name: 'ASC' } });
    const parts: CostParts = { current: dates(period), previous: previous === null ? null : dates(previous) };
    const [cells, cohortCells, remainders] = await Promise.all([
      costCells(this.clickhouse, whole, query.groupBy, parts),
      cohorts === 'none' ? [] : this.cohorts(condition, query, nowMs),
      this.remainders(whole, query.groupBy, parts),
    ]);
    const notes = ['Amounts are estimated from prices, not invoiced.'];
    if (previous !== null && nowMs < period.to) notes.push('Compared with the same elapsed part of the period before.');
    const days = history === null ? [] : daysOf(history, timeZone).map(({ day }) => day);
    return buildCostReport({
      period,
      previous,
      timeZone,
      currency: condition.currency,
      groupBy: query.groupBy,
      scope: { feature: query.feature, customer: query.customer, team: query.team },
      nowMs,
      cells,
      remainders,
      fullDays: fullDaysOf(cells, remainders, days),
      cohorts: cohortCells,
      budgets: await budgetFacts(this.dataSource.manager, project.id, budgets, period.from),
      notes,
    });
  }

  /** The report's rows, as shown. */
  async csv(project: Project, query: ReportQuery): Promise<string> {
    const report = await this.report(project, query);
    const header = [
      'key',
      'kind',
      'amount',
      'currency',
      'previous_amount',
      'calls',
      'tokens',
      'outcomes',
      'successes',
      'cost_per_outcome',
      'cost_per_success',
      'outcome_rate',
      'from',
      'to',
      'time_zone',
    ];
    const lines = report.items.map((row) =>
      csvLine(
        [
          row.key,
          row.kind,
          row.amount,
          report.currency,
          row.previousAmount,
          row.calls,
          row.tokens,
          row.outcomes,
          row.successes,
          row.costPerOutcome,
          row.costPerSuccess,
          row.outcomeRate,
          report.from,
          report.to,
          report.timeZone,
        ].map((cell) => (cell === null ? '' : String(cell))),
      ),
    );
    return csvLine(header) + lines.join('');
  }

  /** FOCUS 1.2; the sum of EffectiveCost is the report's total of the same period. */
  async focus(project: Project, query: ReportQuery): Promise<string> {
    const timeZone = query.timeZone ?? project.timeZone;
    const period = periodOf(query, timeZone, Date.now());
    const condition = conditionOf(project, query, timeZone, period);
    const rows = await charges(this.clickhouse, condition);
    // Charge periods are UTC days, whatever zone the page is read in.
    const parts: CostParts = { current: dates(period), previous: null };
    const remainders = await this.remainders({ ...condition, zone: 'UTC' }, 'feature', parts);
    const book = await this.books.bookOf(project.id).catch(() => loadShippedPriceBook());
    const lines = [
      ...rows.flatMap((row) => tokenCharges(project, row, book)),
      ...remainders.map((cell) => remainderCharge(project, cell)),
    ];
    return focusHeader() + lines.map(focusLine).join('');
  }

  /** GPU and judge cost belong to the project as a whole: they are no part of one feature's or customer's bill. */
  private async remainders(
    condition: CostCondition,
    dimension: CostDimension,
    parts: CostParts,
  ): Promise<RemainderCell[]> {
    const { feature, customer, team } = condition;
    if (feature !== undefined || customer !== undefined || team !== undefined) return [];
    const [judged, gpu] = await Promise.all([
      judgeCells(this.clickhouse, condition, parts),
      this.gpuCosts.cells(condition, dimension, parts),
    ]);
    return [
      ...judged.map(({ day, part, amount }): RemainderCell => ({
        kind: 'eval_overhead',
        key: '',
        day,
        part,
        amount: parseMoney(amount),
        hours: null,
      })),
      ...gpu,
    ];
  }

  private async cohorts(condition: CostCondition, query: ReportQuery, nowMs: number): Promise<CohortCell[]> {
    return outcomeCohorts(this.clickhouse, condition, query.groupBy, {
      attributionSeconds: await this.attributionSeconds(condition.project, query.outcome),
      outcome: query.outcome ?? null,
      asOf: new Date(nowMs),
    });
  }

  private async attributionSeconds(projectId: string, outcome: string | undefined): Promise<number> {
    if (outcome === undefined) return defaultAttributionSeconds;
    const definition = await this.dataSource
      .getRepository(OutcomeDefinitionEntity)
      .findOneBy({ projectId, name: outcome });
    return definition?.attributionSeconds ?? defaultAttributionSeconds;
  }
}

/**
 * Cost of each of these days from the first with any, oldest first. That first day is left out: it began somewhere in
 * its middle, as the range's own first day may have.
 */
function fullDaysOf(
  cells: readonly CostCell[],
  remainders: readonly RemainderCell[],
  days: readonly string[],
): bigint[] {
  const byDay = new Map<string, bigint>();
  for (const { day, amount } of cells) byDay.set(day, (byDay.get(day) ?? 0n) + parseMoney(amount));
  for (const { day, amount } of remainders) byDay.set(day, (byDay.get(day) ?? 0n) + amount);
  const first = days.findIndex((day) => byDay.has(day));
  return first === -1 ? [] : days.slice(first + 1).map((day) => byDay.get(day) ?? 0n);
}

/** The smallest range that holds all of them. */
function covering(periods: readonly (Period | null)[]): Period {
  const given = periods.filter((period) => period !== null);
  return { from: Math.min(...given.map(({ from }) => from)), to: Math.max(...given.map(({ to }) => to)) };
}

function dates(period: Period): { from: Date; to: Date } {
  return { from: new Date(period.from), to: new Date(period.to) };
}

function conditionOf(project: Project, query: ReportQuery, zone: string, period: Period): CostCondition {
  const { feature, customer, team } = query;
  return {
    project: project.id,
    ...dates(period),
    zone,
    currency: priceCurrency,
    ...(feature === undefined ? {} : { feature }),
    ...(customer === undefined ? {} : { customer }),
    ...(team === undefined ? {} : { team }),
  };
}

function remainderCharge(project: Project, { kind, key, day, amount, hours }: RemainderCell) {
  const gpu = kind !== 'eval_overhead';
  return {
    day,
    kind: kind === 'gpu_idle' ? kind : gpu ? ('gpu' as const) : ('tokens' as const),
    cost: amount,
    quantity: hours === null ? '0' : printMoney(hours),
    bucket: null,
    unitPrice: null,
    projectId: project.id,
    projectName: project.name,
    provider: gpu ? 'self-hosted' : 'plimsoll',
    model: gpu ? 'gpu' : kind,
    serviceTier: 'standard',
    feature: key === '' ? null : key,
    team: null,
    customer: null,
    promptVersion: null,
    environment: null,
    outcomes: null,
    outcomesSuccessful: null,
    allocationMethod: gpu ? 'gpu-hours' : 'judge-calls',
    priceFallback: false,
  };
}
