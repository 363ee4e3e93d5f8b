import type { ClickHouse } from '@plimsoll/clickhouse';
import { ownerOf } from '@plimsoll/gpu';
import type { EntityManager } from 'typeorm';
import { grouped } from '../scoring/grouped.js';
import { ScrapeTargetEntity } from './gpu.entity.js';
import { type GpuStep, gpuSteps, type PoolStep, poolSteps } from './gpu-course.queries.js';
import { deviceServes, nameOfDevice, nameOfPool, poolServes, type Served } from './gpu-service-of.js';

/** One reading of a device or a serving pool over time, 0 to 1. */
interface GpuLine {
  readonly id: string | null;
  readonly name: string;
  readonly reading: 'busy' | 'kv';
  readonly points: readonly { readonly t: string; readonly value: number | null }[];
}

/** More lines than this are no chart: the busiest devices and the fullest pools stay. */
const mostLines = 6;

/** How busy the devices and how full the KV caches were that serve these models or pools. */
export async function gpuCourse(
  clickhouse: ClickHouse,
  manager: EntityManager,
  project: string,
  range: { readonly from: Date; readonly to: Date; readonly step: number },
  served: Served,
): Promise<GpuLine[]> {
  if (served.models.length === 0 && served.pools.length === 0) return [];
  const [devices, pools, targets] = await Promise.all([
    gpuSteps(clickhouse, project, range),
    poolSteps(clickhouse, project, range),
    manager.findBy(ScrapeTargetEntity, { projectId: project }),
  ]);
  const declared = new Map(targets.map(({ id, pool }) => [id, pool]));
  const busy = [...grouped(devices, ({ gpu_id }) => gpu_id).values()].flatMap((steps) =>
    deviceLine(steps, declared, served),
  );
  const full = [...grouped(pools, ({ pool, model }) => JSON.stringify([pool, model])).values()].flatMap((steps) =>
    poolLine(steps, served),
  );
  return [...highest(busy), ...highest(full)];
}

function deviceLine(
  steps: readonly GpuStep[],
  declared: ReadonlyMap<string, string | null>,
  served: Served,
): GpuLine[] {
  const [first] = steps;
  const owner = ownerOf(steps.map(({ pod }) => pod));
  if (first === undefined || !deviceServes(owner, declared.get(first.target) ?? null, served)) return [];
  return line({ id: first.gpu_id, name: nameOfDevice(first.gpu_index, first.host), reading: 'busy' }, steps);
}

function poolLine(steps: readonly PoolStep[], served: Served): GpuLine[] {
  const [first] = steps;
  if (first === undefined || !poolServes(first, served)) return [];
  return line({ id: null, name: nameOfPool(first.pool, first.model), reading: 'kv' }, steps);
}

const line = (of: Omit<GpuLine, 'points'>, steps: readonly { t: string; value: number | null }[]): GpuLine[] =>
  steps.every(({ value }) => value === null) ? [] : [{ ...of, points: steps.map(({ t, value }) => ({ t, value })) }];

function highest(lines: readonly GpuLine[]): GpuLine[] {
  const meanOf = ({ points }: GpuLine): number =>
    points.reduce((sum, { value }) => sum + (value ?? 0), 0) / points.length;
  const kept = new Set(lines.toSorted((a, b) => meanOf(b) - meanOf(a)).slice(0, mostLines));
  return lines.filter((each) => kept.has(each));
}
