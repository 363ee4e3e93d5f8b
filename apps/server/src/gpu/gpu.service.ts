import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { type GpuFleet, type gpuRateWrite, type GpuSeries, PlimsollError, type Project } from '@plimsoll/contract';
import { parseMoney, printMoney } from '@plimsoll/cost';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { buildFleet, readingOf } from './fleet.js';
import { GpuRateEntity, ScrapeTargetEntity } from './gpu.entity.js';
import { engineSamples } from './engine.queries.js';
import { gpuEvents } from './gpu-events.queries.js';
import { gpuSamples, gpuSeriesPoints, lastSeen, latestGpuSamples, type StoredGpuSample } from './gpu.queries.js';
import { lastScrapes } from './scrapes.queries.js';

type Rate = z.output<typeof gpuRateWrite>;

const verdictWindowMs = 5 * 60_000;
/** A device that is not seen for this long is no longer part of the fleet. */
const forgottenMs = 24 * 3_600_000;
const points = 240;
const smallestBucketSeconds = 5;

@Injectable()
export class GpuService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  async fleet(project: Project): Promise<GpuFleet> {
    const atMs = Date.now();
    const at = new Date(atMs + 1);
    const from = new Date(atMs - verdictWindowMs);
    const since = new Date(atMs - forgottenMs);
    const [seen, samples, engines, scrapes, targets, rates] = await Promise.all([
      lastSeen(this.clickhouse, project.id, since),
      gpuSamples(this.clickhouse, project.id, from, at),
      engineSamples(this.clickhouse, project.id, from, at),
      lastScrapes(this.clickhouse, project.id, since),
      this.dataSource
        .getRepository(ScrapeTargetEntity)
        .find({ where: { projectId: project.id }, order: { name: 'ASC' } }),
      this.rates(project.id),
    ]);
    const lastOf = new Map(scrapes.map((scrape) => [scrape.target, scrape]));
    const latest = new Map(samples.map((sample) => [sample.id, sample]));
    const silent = seen.map(({ gpu_id }) => gpu_id).filter((id) => !latest.has(id));
    for (const sample of await this.lastSamples(project.id, since, silent)) latest.set(sample.id, sample);
    const currency = [...rates.values()][0]?.currency ?? project.currency;
    const fleet = buildFleet({
      atMs,
      currency,
      latest: [...latest.values()].sort(byPlace),
      samples,
      engines,
      silentPools: targets.flatMap(({ id, pool, kind }) => {
        return kind === 'engine' && pool !== null && lastOf.get(id)?.up === 0 ? [pool] : [];
      }),
      rates: new Map(
        [...rates].filter(([, rate]) => rate.currency === currency).map(([model, rate]) => [model, rate.hourly]),
      ),
      targets: new Map(
        targets.map(({ id, intervalSeconds, pool, kind }) => [
          id,
          { intervalSeconds, pool: kind === 'dcgm' ? pool : null },
        ]),
      ),
    });
    return {
      ...fleet,
      targets: targets.map(({ id, url, kind }) => {
        const last = lastOf.get(id);
        return {
          id,
          url,
          kind,
          up: last === undefined ? null : last.up === 1,
          lastScrapeAt: last?.at ?? null,
          samples: last?.samples ?? 0,
          rejectedLines: last?.rejected_lines ?? 0,
          error: last === undefined || last.error === '' ? null : last.error,
        };
      }),
    };
  }

  async series(
    project: Project,
    id: string,
    range: { from?: string | undefined; to?: string | undefined },
  ): Promise<GpuSeries> {
    const to = range.to === undefined ? new Date() : new Date(range.to);
    const from = range.from === undefined ? new Date(to.getTime() - 3_600_000) : new Date(range.from);
    if (from >= to) throw new PlimsollError('invalid_input', 'from: must lie before to', { field: 'from' });
    const bucketSeconds = Math.max(smallestBucketSeconds, Math.ceil((to.getTime() - from.getTime()) / 1000 / points));
    const [rows, events] = await Promise.all([
      gpuSeriesPoints(this.clickhouse, { project: project.id, gpuId: id, from, to, bucketSeconds }),
      gpuEvents(this.clickhouse, project.id, id, from, to),
    ]);
    if (rows.length === 0 && !(await this.known(project.id, id))) throw new PlimsollError('not_found', `no GPU ${id}`);
    const items = rows.map(({ t, ...readings }) => ({ t: new Date(t * 1000).toISOString(), ...readingOf(readings) }));
    return { id, bucketSeconds, points: items, events };
  }

  /** The rate of a model; setting it again replaces it. */
  async setRate(projectId: string, rate: Rate): Promise<Rate> {
    await this.dataSource.getRepository(GpuRateEntity).upsert({ projectId, ...rate }, ['projectId', 'model']);
    return rate;
  }

  async rates(projectId: string): Promise<Map<string, Rate>> {
    const rows = await this.dataSource.getRepository(GpuRateEntity).findBy({ projectId });
    return new Map(
      rows.map(({ model, hourly, currency }) => [model, { model, hourly: printMoney(parseMoney(hourly)), currency }]),
    );
  }

  private async lastSamples(projectId: string, since: Date, gpuIds: readonly string[]): Promise<StoredGpuSample[]> {
    return gpuIds.length === 0 ? [] : latestGpuSamples(this.clickhouse, { project: projectId, since, gpuIds });
  }

  private async known(projectId: string, id: string): Promise<boolean> {
    return (await this.lastSamples(projectId, new Date(0), [id])).length > 0;
  }
}

function byPlace(a: StoredGpuSample, b: StoredGpuSample): number {
  const place = ({ host, index, id }: StoredGpuSample): string => `${host}\n${index.padStart(4, '0')}\n${id}`;
  return place(a) < place(b) ? -1 : 1;
}
