import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { DataSource, In } from 'typeorm';
import { PriceBooks } from '../cost/price-books.service.js';
import { MaskingPolicies } from '../operations/masking-policies.service.js';
import { cutRows } from './group-commit.js';
import { RemapEntity } from './remap.entity.js';
import {
  countSpans,
  insertRemapped,
  nextPositions,
  readSpans,
  type RemappedRow,
  type SpanPosition,
} from './remap.queries.js';
import { remapRow } from './remap-row.js';
import { nanosecondsADay } from './span-row.js';

/** Spans of one step: payloads may be large, and a step that is cut off is done again. */
const spansAStep = 500;
const blockLimits = { maxRows: spansAStep, maxDays: 50 };

/** What one step came to. */
interface Step {
  readonly scanned: number;
  readonly changed: number;
  readonly notMappable: number;
  readonly fields: Readonly<Record<string, number>>;
  readonly position: SpanPosition;
}

/**
 * Works off the runs that map stored spans again, the oldest first. A step reads spans, writes new copies of those that
 * changed and then notes its place: cut off anywhere, it is taken up there, and a step that is done twice changes nothing
 * the second time.
 */
@Injectable()
export class RemapService implements OnApplicationShutdown {
  private readonly logger = new Logger('remap');
  private stopping = false;

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(PriceBooks) private readonly prices: PriceBooks,
    @Inject(MaskingPolicies) private readonly masking: MaskingPolicies,
  ) {}

  onApplicationShutdown(): void {
    this.stopping = true;
  }

  /** Until no run is left. */
  async work(): Promise<void> {
    for (let run = await this.next(); run !== null && !this.stopping; run = await this.next()) {
      try {
        await this.step(run);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.warn(`run ${run.id}: ${reason}`);
        await this.runs.update({ id: run.id }, { error: reason.slice(0, 500) });
        // The next order takes it up again.
        return;
      }
    }
  }

  private get runs() {
    return this.dataSource.getRepository(RemapEntity);
  }

  private next(): Promise<RemapEntity | null> {
    return this.runs.findOne({ where: { state: In(['waiting', 'running']) }, order: { createdAt: 'ASC' } });
  }

  private async step(run: RemapEntity): Promise<void> {
    const range = { project: run.projectId, from: run.fromAt, to: run.toAt };
    if (run.state === 'waiting') {
      const total = await countSpans(this.clickhouse, range);
      await this.note(run, { state: 'running', total });
    }
    const positions = await nextPositions(this.clickhouse, range, run.position, spansAStep);
    const [first, last] = [positions[0], positions.at(-1)];
    if (first === undefined || last === undefined) {
      await this.note(run, { state: 'done', finishedAt: new Date(), error: null });
      return;
    }
    const step = await this.remap(run, first, last);
    await this.note(run, {
      position: step.position,
      scanned: run.scanned + step.scanned,
      changed: run.changed + step.changed,
      notMappable: run.notMappable + step.notMappable,
      fields: sumOf(run.fields, step.fields),
      error: null,
    });
  }

  /** Nothing is noted for a run that was stopped meanwhile. */
  private async note(run: RemapEntity, progress: Partial<RemapEntity>): Promise<void> {
    await this.runs.update({ id: run.id, state: In(['waiting', 'running']) }, progress);
  }

  private async remap(run: RemapEntity, first: SpanPosition, last: SpanPosition): Promise<Step> {
    const { projectId: project, dryRun } = run;
    const [book, policy, stored] = await Promise.all([
      this.prices.bookOf(project),
      this.masking.policyOf(project),
      readSpans(this.clickhouse, project, first, last),
    ]);
    const changed: RemappedRow[] = [];
    const fields: Record<string, number> = {};
    let notMappable = 0;
    for (const row of stored) {
      const remapped = remapRow(row, { project, book, policy });
      if (remapped.outcome === 'not_mappable') notMappable += 1;
      if (remapped.outcome !== 'changed') continue;
      changed.push(Object.assign(remapped.row, { madeOf: BigInt(row.version_text) }));
      for (const field of remapped.fields) fields[field] = (fields[field] ?? 0) + 1;
    }
    if (!dryRun) await this.write(changed);
    return { scanned: stored.length, changed: changed.length, notMappable, fields, position: last };
  }

  private async write(rows: readonly RemappedRow[]): Promise<void> {
    for (const part of cutRows(rows, (row) => Number(row.time / nanosecondsADay), blockLimits)) {
      await insertRemapped(this.clickhouse, part.rows, randomUUID());
    }
  }
}

function sumOf(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum = { ...left };
  for (const [field, count] of Object.entries(right)) sum[field] = (sum[field] ?? 0) + count;
  return sum;
}
