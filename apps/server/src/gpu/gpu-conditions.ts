import type { ClickHouse } from '@plimsoll/clickhouse';
import { gpuConditions, type GpuCondition, ownerOf, type Scrape } from '@plimsoll/gpu';
import type { EntityManager } from 'typeorm';
import { grouped } from '../scoring/grouped.js';
import { engineSamples } from './engine.queries.js';
import { ScrapeTargetEntity } from './gpu.entity.js';
import { gpuSamples } from './gpu.queries.js';
import { deviceServes, nameOfDevice, nameOfPool, poolServes, type Served } from './gpu-service-of.js';

const verdictWindowMs = 5 * 60_000;
const usualIntervalSeconds = 30;

/** A condition of a device or of a serving pool. */
export interface FoundCondition extends GpuCondition {
  /** Id of the device; null for a pool. */
  readonly gpuId: string | null;
  /** `GPU 3 of node-01`, `Pool llama-70b`. */
  readonly name: string;
  /** Whether it serves one of these models or pools. */
  serves(served: Served): boolean;
}

/** What held devices and pools of a project back in a range, oldest first. */
export async function findGpuConditions(
  clickhouse: ClickHouse,
  manager: EntityManager,
  project: string,
  range: { readonly from: Date; readonly to: Date },
): Promise<FoundCondition[]> {
  const from = new Date(range.from.getTime() - verdictWindowMs);
  const [samples, engines] = await Promise.all([
    gpuSamples(clickhouse, project, from, range.to),
    engineSamples(clickhouse, project, from, range.to),
  ]);
  if (samples.length === 0 && engines.length === 0) return [];
  const rows = await manager.findBy(ScrapeTargetEntity, { projectId: project });
  const targets = new Map(rows.map((target) => [target.id, target]));
  const conditionsOf = (target: string, scrapes: readonly Scrape[]): GpuCondition[] =>
    gpuConditions(scrapes, {
      fromMs: range.from.getTime(),
      toMs: range.to.getTime(),
      intervalMs: (targets.get(target)?.intervalSeconds ?? usualIntervalSeconds) * 1000,
    });
  const devices = [...grouped(samples, ({ id }) => id)].flatMap(([gpuId, own]) => {
    const [{ target, index, host } = { target: '', index: '', host: '' }] = own;
    const owner = ownerOf(own.map(({ pod }) => pod));
    const declared = targets.get(target)?.pool ?? null;
    return conditionsOf(
      target,
      own.map((gpu) => ({ atMs: gpu.atMs, gpu, engine: null })),
    ).map((condition): FoundCondition => ({
      ...condition,
      gpuId,
      name: nameOfDevice(index, host),
      serves: (served) => deviceServes(owner, declared, served),
    }));
  });
  const poolKey = ({ target, pool, model }: (typeof engines)[number]): string => JSON.stringify([target, pool, model]);
  const pools = [...grouped(engines, poolKey).values()].flatMap((own) => {
    const [{ target, pool, model } = { target: '', pool: '', model: '' }] = own;
    return conditionsOf(
      target,
      own.map((engine) => ({ atMs: engine.atMs, gpu: null, engine })),
    ).map((condition): FoundCondition => ({
      ...condition,
      gpuId: null,
      name: nameOfPool(pool, model),
      serves: (served) => poolServes({ pool, model }, served),
    }));
  });
  return [...devices, ...pools].toSorted((a, b) => a.atMs - b.atMs);
}
