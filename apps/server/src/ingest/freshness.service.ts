import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { Project, Settings } from '@plimsoll/contract';
import type { Signal } from '@plimsoll/otlp';
import { DataSource } from 'typeorm';
import { ProjectEntity } from '../access/access.entity.js';
import { projectOf } from '../access/access.mapping.js';
import { platformProject } from '../access/platform-project.js';
import { PeriodicFlush } from '../operations/periodic-flush.js';
import { SETTINGS } from '../stores/settings.js';
import { insertMeasuredExports, type MeasuredExportRow } from './freshness.queries.js';
import { expiresOn } from './span-row.js';

/** One export of a user, from its arrival to the moment from which queries see it, or to the store's refusal. */
export interface MeasuredExport {
  readonly signal: Signal;
  readonly receivedAt: Date;
  readonly endedAt: Date;
  /** False: the store did not take it, and the sender was told to send again. */
  readonly stored: boolean;
}

const flushEveryMs = 5_000;
/** Kept of each flush, chosen at random; each stands for all that it was chosen from. */
const keptOfFlush = 10;
/** Rows that wait while the store takes none. */
const waitingAtMost = 500;

/** A fair choice from a stream of unknown length (algorithm R, Vitter 1985). */
export class FairChoice<T> {
  private chosen: T[] = [];
  private seen = 0;

  constructor(
    private readonly size: number,
    private readonly random: () => number = Math.random,
  ) {}

  add(item: T): void {
    this.seen += 1;
    if (this.chosen.length < this.size) {
      this.chosen.push(item);
      return;
    }
    const place = Math.floor(this.random() * this.seen);
    if (place < this.size) this.chosen[place] = item;
  }

  /** What was chosen since the last time, with the probability by which each was. */
  take(): { items: readonly T[]; probability: number } {
    const { chosen, seen } = this;
    this.chosen = [];
    this.seen = 0;
    return { items: chosen, probability: seen === 0 ? 1 : chosen.length / seen };
  }
}

/**
 * How fresh the platform is: exports of users are measured and written as spans of the platform's own project, where an
 * objective judges them like any other. Nothing is sent to measure, and nothing of it counts for users.
 */
@Injectable()
export class FreshnessService extends PeriodicFlush {
  private readonly logger = new Logger('freshness');
  private readonly choice = new FairChoice<MeasuredExport>(keptOfFlush);
  private waiting: MeasuredExportRow[] = [];
  private project: Project | undefined;

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    super(flushEveryMs);
  }

  note(measured: MeasuredExport): void {
    this.choice.add(measured);
  }

  /** What could not be written waits for the next time: a store that takes nothing shows once it takes something again. */
  async flush(): Promise<void> {
    const { items, probability } = this.choice.take();
    if (items.length === 0 && this.waiting.length === 0) return;
    try {
      const project = await this.ownProject();
      if (project === undefined) return;
      const rows = items.map((item) => rowOf(item, probability, project));
      this.waiting = [...this.waiting, ...rows].slice(-waitingAtMost);
      const written = this.waiting;
      await insertMeasuredExports(this.clickhouse, written);
      this.waiting = this.waiting.filter((row) => !written.includes(row));
    } catch (error) {
      this.logger.warn(`freshness was not written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Undefined until the role `api` has made it. */
  private async ownProject(): Promise<Project | undefined> {
    if (this.project !== undefined) return this.project;
    const row = await this.dataSource.getRepository(ProjectEntity).findOneBy({ slug: platformProject.slug });
    if (row !== null) this.project = projectOf(row, this.settings);
    return this.project;
  }
}

function rowOf(measured: MeasuredExport, probability: number, project: Project): MeasuredExportRow {
  const { signal, receivedAt, endedAt, stored } = measured;
  const end = endedAt.toISOString();
  return {
    project: project.id,
    trace_id: randomBytes(16).toString('hex'),
    span_id: randomBytes(8).toString('hex'),
    time: end,
    start_time: receivedAt.toISOString(),
    end_time: end,
    finished: 1,
    name: `accept ${signal}`,
    kind: 'span',
    service: 'plimsoll',
    feature: 'ingest',
    status: stored ? 'ok' : 'error',
    error_type: stored ? '' : 'unavailable',
    sample_p: probability,
    expires_on: expiresOn(BigInt(endedAt.getTime()) * 1_000_000n, project.spanRetentionDays),
  };
}
