import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { differingMinutes } from './audit.queries.js';
import { DirtyPass } from './dirty-pass.js';
import { listDimensionValues, recomputeHourRollup } from './hour-rollup.queries.js';
import { HourPace } from './hour-pace.js';
import { closedBefore, type MinuteRange, type MinuteRecompute } from './minute-recompute.js';
import { recomputeMinuteRollup } from './minute-rollup.queries.js';
import { PassCursors } from './pass-cursors.js';
import { type Retention, Retentions, sealedBefore } from './retention.js';
import { recomputeTraces } from './trace-rows.queries.js';

const minutePass = 'rollups.dirty';
const hourPass = 'rollups.hours';
const auditNote = 'rollups.audit';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const auditedMs = 2 * 24 * hourMs;
/** Arrivals are settled for the audit when they are older than this, in microseconds. */
const settlingMicros = 120_000_000n;

/** A pass of the past, on ClickHouse's clock. */
export interface FinishedPass {
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

export interface AuditResult {
  readonly at: string;
  /** Minutes whose rollup was not what the raw rows say; 0 is the only good value. */
  readonly differences: number;
}

/** Keeps the recomputed tables equal to the raw rows, whatever arrives, however late or often. */
@Injectable()
export class RollupsService implements OnApplicationBootstrap {
  private readonly logger = new Logger('rollups');
  private readonly recomputes: MinuteRecompute[] = [];
  private readonly minutes: DirtyPass;
  private readonly hours: DirtyPass;
  private readonly pace = new HourPace(() => performance.now());
  private complete = false;

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(PassCursors) private readonly cursors: PassCursors,
    @Inject(Retentions) private readonly retentions: Retentions,
  ) {
    this.minutes = new DirtyPass(clickhouse, cursors, minutePass);
    this.hours = new DirtyPass(clickhouse, cursors, hourPass);
  }

  /** For `onModuleInit` of a capability with figures of its own by the minute. */
  register(recompute: MinuteRecompute): void {
    this.recomputes.push(recompute);
  }

  /** Until now capabilities may still register: a pass before this would miss their figures and call them done. */
  onApplicationBootstrap(): void {
    this.complete = true;
  }

  /** The last finished pass over the minutes, in whatever process it ran; null before the first. */
  async lastPass(): Promise<FinishedPass | null> {
    const times = await this.cursors.read(minutePass);
    if (times === null) return null;
    return { startedAt: dateOf(times.startedMicros), finishedAt: dateOf(times.finishedMicros) };
  }

  /** Traces first, since minutes inherit from them; then every capability's figures of the dirty minutes. */
  async runMinutePass(): Promise<void> {
    if (!this.complete) return;
    const { retentionOf, isOpen } = await this.boundaries();
    await this.minutes.run([
      {
        name: 'traces',
        concerns: (mark) => mark.source === 'spans' && isOpen(mark),
        work: async (range, since) => {
          await recomputeTraces(this.clickhouse, range, since);
          return 'done';
        },
      },
      {
        name: 'minutes',
        concerns: isOpen,
        work: async (range) => {
          await this.recomputeRange(range, retentionOf(range.projectId));
          return 'done';
        },
      },
    ]);
  }

  /** Whole hours in which something changed; the open one is as of this pass. */
  async runHourPass(): Promise<void> {
    if (!this.complete) return;
    const { retentionOf, isOpen } = await this.boundaries();
    await this.hours.run([
      {
        name: 'hours',
        concerns: isOpen,
        work: async (range) => {
          const hour = hourOf(range);
          const ran = await this.pace.run(`${hour.projectId} ${hour.from.getTime()}`, async () => {
            await listDimensionValues(this.clickhouse, hour);
            await recomputeHourRollup(this.clickhouse, hour, retentionOf(hour.projectId).restDays ?? 0);
          });
          return ran ? 'done' : 'later';
        },
      },
    ]);
  }

  /** Compares raw rows and rollups of the closed minutes of two days, and mends what differs. */
  async audit(): Promise<AuditResult> {
    const pass = await this.cursors.read(minutePass);
    if (pass === null) return { at: new Date(0).toISOString(), differences: 0 };
    const to = closedBefore(dateOf(pass.startedMicros));
    const rows = await differingMinutes(this.clickhouse, {
      from: new Date(to.getTime() - auditedMs),
      to,
      settledMicros: pass.startedMicros - settlingMicros,
    });
    const { retentionOf, isOpen } = await this.boundaries();
    const open = rows.filter(isOpen);
    for (const row of open) {
      this.logger.error(
        `minute ${new Date(row.minute * 1000).toISOString()} of project ${row.project}: ` +
          `${row.raw_spans} spans in the store, ${row.rollup_spans} in the rollup; recomputed`,
      );
      const from = new Date(row.minute * 1000);
      const range = { projectId: row.project, from, to: new Date(from.getTime() + minuteMs) };
      await this.recomputeRange(range, retentionOf(row.project));
    }
    const result = { at: dateOf(pass.startedMicros).toISOString(), differences: open.length };
    await this.cursors.note(auditNote, result);
    return result;
  }

  /** Of the last audit, in whatever process it ran. */
  lastAudit(): Promise<AuditResult | null> {
    return this.cursors.noted<AuditResult>(auditNote);
  }

  /** What each project keeps, and which minutes may still be recomputed. */
  private async boundaries(): Promise<{
    retentionOf: (projectId: string) => Retention;
    isOpen: (at: { project: string; minute: number }) => boolean;
  }> {
    const retentionOf = await this.retentions.read();
    const now = dateOf(await this.clickhouse.now());
    const isOpen = ({ project, minute }: { project: string; minute: number }): boolean =>
      minute * 1000 >= sealedBefore(retentionOf(project), now).getTime();
    return { retentionOf, isOpen };
  }

  private async recomputeRange(range: MinuteRange, retention: Retention): Promise<void> {
    const failures: unknown[] = [];
    const own: MinuteRecompute[] = [
      {
        name: 'minute_rollup',
        recompute: (minutes) => recomputeMinuteRollup(this.clickhouse, minutes, retention.restDays ?? 0),
      },
      { name: 'dimension_values', recompute: (minutes) => listDimensionValues(this.clickhouse, minutes) },
    ];
    for (const each of [...own, ...this.recomputes]) {
      try {
        await each.recompute({ projectId: range.projectId, from: range.from, to: range.to });
      } catch (error) {
        this.logger.error(`${each.name}: ${error instanceof Error ? error.message : String(error)}`);
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

function hourOf(range: MinuteRange): MinuteRange {
  const from = new Date(Math.floor(range.from.getTime() / hourMs) * hourMs);
  return { projectId: range.projectId, from, to: new Date(from.getTime() + hourMs) };
}

function dateOf(micros: bigint): Date {
  return new Date(Number(micros / 1000n));
}
