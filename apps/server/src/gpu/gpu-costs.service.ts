import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { divideHalfEven, splitGpuWindow } from '@plimsoll/cost';
import { belongsTo, hourlyCost } from './fleet.js';
import { engineHours, gpuHours, type EngineHourRow, type GpuHourRow } from './gpu.queries.js';
import { GpuService } from './gpu.service.js';

export interface GpuCostCell {
  /** `gpu`: busy; `gpu_idle`: held without work; `unallocated`: held by nobody. */
  kind: 'gpu' | 'gpu_idle' | 'unallocated';
  day: string;
  amount: bigint;
}

/**
 * Splits one device's minutes of an hour: a held device costs its busy share as `gpu` and the rest as `gpu_idle`;
 * a device that nobody holds is `unallocated` whole (cost-gpu 1.4).
 */
export function splitHour(row: GpuHourRow, hourly: bigint, engine: EngineHourRow | undefined): GpuCostCell[] {
  const total = divideHalfEven(hourly * BigInt(row.minutes), 60n);
  if (row.pod === '') return [{ kind: 'unallocated', day: row.day, amount: total }];
  const [busy, observed] =
    engine === undefined ? [row.active_minutes, row.minutes] : [engine.busy_minutes, engine.minutes];
  const split = splitGpuWindow({ total, busy: BigInt(busy), observed: BigInt(observed), parts: [] });
  return [
    { kind: 'gpu', day: row.day, amount: split.busy },
    { kind: 'gpu_idle', day: row.day, amount: split.idle },
  ];
}

/** What the project's own GPUs cost in a period, from the hours they were seen and their rates. */
@Injectable()
export class GpuCostsService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(GpuService) private readonly gpus: GpuService,
  ) {}

  /** One cell a day and kind. Devices without a rate in the report's currency cost nothing that is known. */
  async cells(range: {
    project: string;
    from: Date;
    to: Date;
    zone: string;
    currency: string;
  }): Promise<GpuCostCell[]> {
    const all = await this.gpus.rates(range.project);
    const rates = new Map(
      [...all].filter(([, rate]) => rate.currency === range.currency).map(([model, rate]) => [model, rate.hourly]),
    );
    if (rates.size === 0) return [];
    const [devices, engines] = await Promise.all([
      gpuHours(this.clickhouse, range),
      engineHours(this.clickhouse, range),
    ]);
    const sums = new Map<string, GpuCostCell>();
    for (const row of devices) {
      const hourly = hourlyCost(rates, row.model, row.mig_profile === '' ? null : row.mig_profile);
      if (hourly === null) continue;
      const engine = engines.find((each) => each.hour === row.hour && belongsTo(row.pod, null, each));
      for (const cell of splitHour(row, hourly, engine)) {
        const key = `${cell.day} ${cell.kind}`;
        const known = sums.get(key);
        if (known === undefined) sums.set(key, cell);
        else known.amount += cell.amount;
      }
    }
    return [...sums.values()].filter(({ amount }) => amount !== 0n);
  }
}
