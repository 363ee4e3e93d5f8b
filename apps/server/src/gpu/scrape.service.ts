import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { Settings } from '@plimsoll/contract';
import {
  type GpuSample,
  parseExposition,
  readEnginePage,
  readGpuPage,
  readScrapeAllowList,
  type ExpositionPage,
} from '@plimsoll/gpu';
import { DataSource } from 'typeorm';
import { SETTINGS } from '../stores/settings.js';
import type { ScrapeTargetEntity } from './gpu.entity.js';
import { insertEngineSamples } from './engine.queries.js';
import { type GpuChangeRow, insertGpuChanges } from './gpu-events.queries.js';
import { insertGpuSamples, latestGpuSamples } from './gpu.queries.js';
import { fetchPage } from './page-fetch.js';
import { insertScrape, type ScrapeFact, type ScrapeIdentity } from './scrapes.queries.js';
import { claimDueTargets } from './targets.queries.js';

const keptDays = 90;
const dayMs = 86_400_000;
/** Samples whose own time is older are leftovers of a dead process behind the exporter. */
const oldestSampleMs = 5 * 60_000;
/** How far back the state of a target's devices is looked for; beyond, this process remembers the last one. */
const lastScrapes = 10;
const atOnce = 8;

/** Reads the pages of all targets that are due and stores what they say. */
@Injectable()
export class ScrapeService {
  private readonly logger = new Logger(ScrapeService.name);
  /** Last samples by target. */
  private readonly remembered = new Map<string, readonly GpuSample[]>();

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async scrapeDue(): Promise<void> {
    const due = await claimDueTargets(this.dataSource);
    for (let start = 0; start < due.length; start += atOnce) {
      await Promise.all(due.slice(start, start + atOnce).map((target) => this.scrapeSafely(target)));
    }
  }

  /** One target's trouble is its own: it is a fact about the target, and the others go on. */
  private async scrapeSafely(target: ScrapeTargetEntity): Promise<void> {
    try {
      await this.scrape(target);
    } catch (error) {
      this.logger.warn(
        `scrape of ${target.name} was not stored: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  private async scrape(target: ScrapeTargetEntity): Promise<void> {
    const at = new Date();
    const expiresOn = new Date(at.getTime() + keptDays * dayMs).toISOString().slice(0, 10);
    const identity: ScrapeIdentity = { project: target.projectId, target: target.id, at, expiresOn };
    const fact: ScrapeFact = { up: false, durationMs: 0, samples: 0, rejectedLines: 0, firstRejected: '', error: '' };
    try {
      const body = await fetchPage(target.url, readScrapeAllowList(this.settings.scrapeAllow));
      const page = withoutOldSamples(parseExposition(body), at.getTime());
      fact.samples = page.samples.length;
      fact.rejectedLines = page.rejected.length;
      fact.firstRejected = page.firstRejected ?? '';
      const devices = await this.store(target, identity, page);
      fact.up = devices > 0;
      if (devices === 0)
        fact.error = `the page has no series of a ${target.kind === 'dcgm' ? 'DCGM exporter' : 'known serving engine'}`;
    } catch (error) {
      fact.error = (error instanceof Error ? error.message : String(error)).slice(0, 300);
    }
    fact.durationMs = Date.now() - at.getTime();
    await insertScrape(this.clickhouse, identity, fact);
  }

  /** Returns how many devices or models the page spoke of. */
  private async store(target: ScrapeTargetEntity, identity: ScrapeIdentity, page: ExpositionPage): Promise<number> {
    if (target.kind === 'engine') {
      const models = readEnginePage(page);
      await insertEngineSamples(this.clickhouse, { ...identity, pool: target.pool }, models);
      return models.length;
    }
    const { samples } = readGpuPage(page);
    const since = new Date(identity.at.getTime() - lastScrapes * target.intervalSeconds * 1000);
    const stored = await latestGpuSamples(this.clickhouse, { project: target.projectId, target: target.id, since });
    // Another replica may have read the page in between: what is stored stands over what this process remembers.
    const before = [...(this.remembered.get(target.id) ?? []), ...stored];
    await insertGpuSamples(this.clickhouse, identity, samples);
    await insertGpuChanges(this.clickhouse, newXids(identity, samples, before));
    this.remembered.set(target.id, samples);
    return samples.length;
  }
}

function withoutOldSamples(page: ExpositionPage, nowMs: number): ExpositionPage {
  const fresh = page.samples.filter(({ timestampMs }) => timestampMs === null || nowMs - timestampMs <= oldestSampleMs);
  return { ...page, samples: fresh };
}

/**
 * XIDs that are news: the sticky gauge changed since the last scrape, or the exporter counts one that it did not count
 * then. A device seen for the first time tells nothing of when its sticky XID happened, unless it is counted.
 */
function newXids(
  identity: ScrapeIdentity,
  samples: readonly GpuSample[],
  before: readonly GpuSample[],
): GpuChangeRow[] {
  const earlier = new Map(before.map((sample) => [sample.id, sample]));
  return samples.flatMap((sample) => {
    const last = earlier.get(sample.id);
    const codes = new Set<number>();
    if (last !== undefined && sample.xid !== null && sample.xid !== 0 && sample.xid !== last.xid) codes.add(sample.xid);
    for (const code of Object.keys(sample.xidCounts)) if (!(code in (last?.xidCounts ?? {}))) codes.add(Number(code));
    return [...codes].map((code): GpuChangeRow => {
      const at = identity.at.toISOString();
      const digest = createHash('sha256')
        .update(JSON.stringify([identity.project, sample.id, code, at]))
        .digest('hex');
      const owner = sample.pod === null ? 'held by nobody' : `held by ${sample.pod}`;
      return {
        project: identity.project,
        at,
        change_id: digest.slice(0, 32),
        gpuId: sample.id,
        event: `XID ${code}`,
        title: `XID ${code} on GPU ${sample.index} of ${sample.host}, ${owner}`,
        expires_on: identity.expiresOn,
      };
    });
  });
}
