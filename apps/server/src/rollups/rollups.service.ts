import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { z } from 'zod';
import { differingHours, differingMinutes } from './audit.queries.js';
import { arrivalSlices, type DirtyRange, minuteLimits } from './dirty-minutes.js';
import { DirtyPass } from './dirty-pass.js';
import { HourPace } from './hour-pace.js';
import { hourLimits, HourRecompute, rowsOf, wholeHour } from './hour-recompute.js';
import { listDimensionValues } from './hour-rollup.queries.js';
import { closedBefore, type MinuteRange, type MinuteRecompute } from './minute-recompute.js';
import { recomputeMinuteRollup } from './minute-rollup.queries.js';
import { PassCursors, type PassTimes } from './pass-cursors.js';
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

const auditResult = z.object({
  at: z.string(),
  /** Minutes and hours whose rollup was not what the raw rows say; 0 is the only good value. */
  differences: z.number(),
});
export type AuditResult = z.infer<typeof auditResult>;

/** Keeps the recomputed tables equal to the raw rows, whatever arrives, however late or often. */
@Injectable()
export class RollupsService implements OnApplicationBootstrap {
  private readonly logger = new Logger('rollups');
  private readonly recomputes: MinuteRecompute[] = [];
  private readonly minutes: DirtyPass;
  private readonly hours: DirtyPass;
  private readonly hourRecompute: HourRecompute;
  private readonly pace = new HourPace(() => performance.now());
  private complete = false;

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(PassCursors) private readonly cursors: PassCursors,
    @Inject(Retentions) private readonly retentions: Retentions,
  ) {
    this.minutes = new DirtyPass(clickhouse, cursors, minutePass, minuteLimits);
    this.hours = new DirtyPass(clickhouse, cursors, hourPass, hourLimits);
    this.hourRecompute = new HourRecompute(clickhouse);
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

  /**
   * Own tables first, then every capability's figures, which inherit from the rows of the traces. Resolves with whether so
   * much arrives that the next pass should wait.
   */
  async runMinutePass(): Promise<{ readonly busy: boolean }> {
    if (!this.complete) return { busy: false };
    const { retentionOf, isOpen } = await this.boundaries();
    return this.minutes.run([
      {
        name: 'spans',
        concerns: (mark) => mark.source === 'spans' && isOpen(mark),
        work: async (range) => {
          for (const slice of arrivalSlices(range)) await recomputeTraces(this.clickhouse, range, slice);
          await recomputeMinuteRollup(this.clickhouse, range, retentionOf(range.projectId).restDays ?? 0);
          await listDimensionValues(this.clickhouse, range, rowsOf(range.marks));
          return 'done';
        },
      },
      {
        name: 'capabilities',
        concerns: isOpen,
        work: async (range) => {
          await this.recomputeRange(range);
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
        concerns: (mark) => hourSources.has(mark.source) && isOpen(mark),
        work: async (range) => {
          const hours = hoursOf(range);
          const due = this.pace.due([...hours.keys()]);
          if (due.length > 0) {
            const changed = {
              projectId: range.projectId,
              hours: due.map((hour) => hours.get(hour) ?? 0),
              minutes: range.marks,
            };
            const { restDays } = retentionOf(range.projectId);
            await this.pace.run(due, () => this.hourRecompute.run(changed, restDays ?? 0));
          }
          return due.length === hours.size ? 'done' : 'later';
        },
      },
    ]);
  }

  /** Compares raw rows, minutes and hours over two days of closed minutes, and mends what differs. */
  async audit(): Promise<AuditResult> {
    const [pass, hourly] = [await this.cursors.read(minutePass), await this.cursors.read(hourPass)];
    if (pass === null) return { at: new Date(0).toISOString(), differences: 0 };
    const { retentionOf, isOpen } = await this.boundaries();
    const to = closedBefore(dateOf(pass.startedMicros));
    const from = new Date(hourStart(to) - auditedMs);
    const settledMicros = pass.startedMicros - settlingMicros;
    const minutes = (await differingMinutes(this.clickhouse, { from, to, settledMicros })).filter(isOpen);
    for (const row of minutes) {
      const at = new Date(row.minute * 1000);
      this.logger.error(
        `minute ${at.toISOString()} of project ${row.project}: ${row.raw_spans} spans in the store, ` +
          `${row.rollup_spans} in the rollup; recomputed`,
      );
      const range = { projectId: row.project, from: at, to: new Date(at.getTime() + minuteMs) };
      await recomputeMinuteRollup(this.clickhouse, range, retentionOf(row.project).restDays ?? 0);
      await this.recomputeRange(range);
    }
    const hours = hourly === null ? 0 : await this.auditHours({ from, to: new Date(hourStart(to)), hourly });
    const result = { at: dateOf(pass.startedMicros).toISOString(), differences: minutes.length + hours };
    await this.cursors.note(auditNote, result);
    return result;
  }

  /** How many whole hours were not the sum of their minutes. */
  private async auditHours(window: { from: Date; to: Date; hourly: PassTimes }): Promise<number> {
    const { retentionOf, isOpen } = await this.boundaries();
    const settledMicros = window.hourly.startedMicros - settlingMicros;
    const rows = await differingHours(this.clickhouse, { ...window, settledMicros });
    const hours = rows.filter(({ project, hour }) => isOpen({ project, minute: hour }));
    for (const { project, hour } of hours) {
      const at = new Date(hour * 1000).toISOString();
      this.logger.error(`hour ${at} of project ${project} is not the sum of its minutes; recomputed`);
      await this.hourRecompute.run(wholeHour(project, hour), retentionOf(project).restDays ?? 0);
    }
    return hours.length;
  }

  /** Of the last audit, in whatever process it ran. */
  lastAudit(): Promise<AuditResult | null> {
    return this.cursors.noted(auditNote, auditResult);
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

  private async recomputeRange(range: MinuteRange): Promise<void> {
    const failures: unknown[] = [];
    for (const each of this.recomputes) {
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

/** What the hours are made of: spans, and what they inherit from their traces. */
const hourSources: ReadonlySet<string> = new Set(['spans', 'traces']);

/** The hours of a range in which something changed, by a name for the pace and their start in seconds. */
function hoursOf(range: DirtyRange): Map<string, number> {
  const starts = range.marks.map(({ minute }) => Math.floor(minute / 3600) * 3600);
  return new Map(starts.map((start) => [`${range.projectId} ${start}`, start]));
}

function hourStart(at: Date): number {
  return Math.floor(at.getTime() / hourMs) * hourMs;
}

function dateOf(micros: bigint): Date {
  return new Date(Number(micros / 1000n));
}
