import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { divideHalfEven, MONEY_SCALE, splitGpuWindow } from '@plimsoll/cost';
import { migShare } from '@plimsoll/gpu';
import type { CostPart, CostParts } from '../cost/cost-parts.js';
import { type CostDimension, tokenWork, type TokenWorkRow } from '../cost/cost.queries.js';
import { belongsTo, hourlyCost } from './fleet.js';
import { engineHours, type EngineHourRow, gpuHours, type GpuHourRow } from './fleet-hours.queries.js';
import { GpuService } from './gpu.service.js';

/** Hours are counted like money, so that both split alike. */
const hourUnits = 10n ** BigInt(MONEY_SCALE);

export interface GpuCostCell {
  /**
   * `value`: the share of a key in its pool's busy time; `gpu`: busy without an engine that counts work; `gpu_idle`:
   * held without work; `unallocated`: held by nobody, or work that no trace carries.
   */
  kind: 'value' | 'gpu' | 'gpu_idle' | 'unallocated';
  /** The dimension's value for `value`, else empty. */
  key: string;
  day: string;
  part: CostPart;
  amount: bigint;
  /** GPU hours of the amount, in 1e-12; a MIG instance counts as its share. */
  hours: bigint;
}

export interface GpuCostFacts {
  devices: readonly GpuHourRow[];
  engines: readonly EngineHourRow[];
  work: readonly TokenWorkRow[];
  /** Decimal hourly rate by GPU model. */
  rates: ReadonlyMap<string, string>;
}

/** What it costs and how long that is. */
type Usage = Pick<GpuCostCell, 'amount' | 'hours'>;
/** When an amount was spent. */
type When = Pick<GpuCostCell, 'day' | 'part'>;

/** Adds up cells of one day, part, kind and key. */
class Cells {
  private readonly sums = new Map<string, GpuCostCell>();

  add(kind: GpuCostCell['kind'], key: string, { day, part }: When, { amount, hours }: Usage): void {
    if (amount === 0n) return;
    const id = JSON.stringify([kind, key, day, part]);
    const known = this.sums.get(id);
    if (known === undefined) this.sums.set(id, { kind, key, day, part, amount, hours });
    else {
      known.amount += amount;
      known.hours += hours;
    }
  }

  all(): GpuCostCell[] {
    return [...this.sums.values()];
  }
}

interface PoolHour {
  when: When;
  engine: EngineHourRow;
  total: Usage;
}

/** A pool's hour: busy time by the weight of each key's tokens, what the engine did beyond them unallocated. */
function splitPool({ when, engine, total }: PoolHour, work: readonly TokenWorkRow[], cells: Cells): void {
  const parts = work
    .filter(({ hour, model }) => hour === engine.hour && model === engine.model)
    .map(({ key, prompt_tokens, output_tokens }) => ({
      key,
      promptTokens: prompt_tokens,
      outputTokens: output_tokens,
    }));
  const beyond = (counted: number, seen: number): number => Math.max(0, Math.round(counted) - seen);
  const unseen = {
    promptTokens: beyond(
      engine.prompt_tokens,
      parts.reduce((sum, part) => sum + part.promptTokens, 0),
    ),
    outputTokens: beyond(
      engine.output_tokens,
      parts.reduce((sum, part) => sum + part.outputTokens, 0),
    ),
  };
  const window = { busy: BigInt(engine.busy_minutes), observed: BigInt(engine.minutes), parts, unseen };
  const amounts = splitGpuWindow({ ...window, total: total.amount });
  const hours = splitGpuWindow({ ...window, total: total.hours });
  for (const [index, { key, cost }] of amounts.parts.entries()) {
    cells.add(key === '' ? 'unallocated' : 'value', key, when, { amount: cost, hours: hours.parts[index]?.cost ?? 0n });
  }
  cells.add('unallocated', '', when, { amount: amounts.unallocated, hours: hours.unallocated });
  cells.add('gpu_idle', '', when, { amount: amounts.idle, hours: hours.idle });
}

/** A held device without an engine: its own activity says how much of it was used (cost-gpu 1.4, lower confidence). */
function splitDevice(row: GpuHourRow, total: Usage, cells: Cells): void {
  const window = { busy: BigInt(row.active_minutes), observed: BigInt(row.minutes), parts: [] };
  const amounts = splitGpuWindow({ ...window, total: total.amount });
  const hours = splitGpuWindow({ ...window, total: total.hours });
  cells.add('gpu', '', row, { amount: amounts.busy, hours: hours.busy });
  cells.add('gpu_idle', '', row, { amount: amounts.idle, hours: hours.idle });
}

/** What devices cost by day; the cells sum to hours x rate exactly. Devices without a rate have no known cost. */
export function gpuCostCells(facts: GpuCostFacts): GpuCostCell[] {
  const cells = new Cells();
  const pools = new Map<string, PoolHour>();
  for (const row of facts.devices) {
    const hourly = hourlyCost(facts.rates, row.model, row.mig_profile === '' ? null : row.mig_profile);
    if (hourly === null) continue;
    const { slices, of } = migShare(row.mig_profile);
    const minutes = BigInt(row.minutes);
    const total: Usage = {
      amount: divideHalfEven(hourly * minutes, 60n),
      hours: divideHalfEven(minutes * BigInt(slices) * hourUnits, BigInt(of) * 60n),
    };
    const engine = facts.engines.find((each) => each.hour === row.hour && belongsTo(row.pod, null, each));
    if (row.pod === '') cells.add('unallocated', '', row, total);
    else if (engine === undefined) splitDevice(row, total, cells);
    else {
      const id = JSON.stringify([engine.hour, row.day, row.part, engine.pool, engine.model]);
      const known = pools.get(id);
      if (known === undefined) pools.set(id, { when: { day: row.day, part: row.part }, engine, total });
      else {
        known.total.amount += total.amount;
        known.total.hours += total.hours;
      }
    }
  }
  for (const pool of pools.values()) splitPool(pool, facts.work, cells);
  return cells.all();
}

/** What the project's own GPUs cost in a period, from the minutes they were seen and their rates. */
@Injectable()
export class GpuCostsService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(GpuService) private readonly gpus: GpuService,
  ) {}

  async cells(
    range: { project: string; from: Date; to: Date; zone: string; currency: string },
    dimension: CostDimension,
    parts: CostParts,
  ): Promise<GpuCostCell[]> {
    const all = [...(await this.gpus.rates(range.project))].filter(([, rate]) => rate.currency === range.currency);
    if (all.length === 0) return [];
    const [devices, engines] = await Promise.all([
      gpuHours(this.clickhouse, range, parts),
      engineHours(this.clickhouse, range),
    ]);
    const models = [...new Set(engines.map(({ model }) => model))];
    const work = await tokenWork(this.clickhouse, hoursOf(engines, range), dimension, models);
    return gpuCostCells({ devices, engines, work, rates: new Map(all.map(([model, rate]) => [model, rate.hourly])) });
  }
}

/** The hours in which an engine counted work, within the range: tokens of others are not asked for. */
function hoursOf<Range extends { from: Date; to: Date }>(engines: readonly EngineHourRow[], range: Range): Range {
  const hours = engines.map(({ hour }) => Date.parse(hour));
  if (hours.length === 0) return range;
  const from = Math.max(range.from.getTime(), Math.min(...hours));
  const to = Math.min(range.to.getTime(), Math.max(...hours) + 3_600_000);
  return { ...range, from: new Date(from), to: new Date(to) };
}
