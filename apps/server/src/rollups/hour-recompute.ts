import type { ClickHouse } from '@plimsoll/clickhouse';
import { type ArrivalMark, type RangeLimits } from './dirty-minutes.js';
import { type HourGrain, listDimensionValues, recomputeHourRollup, storedHours } from './hour-rollup.queries.js';
import type { MinuteRange } from './minute-recompute.js';

const minuteSeconds = 60;
const hourSeconds = 3600;

/** With more spans an hour stands by the minute: a statement holds the rows of all traces of what it reads in memory. */
const busyHourSpans = 500_000;

/** A range of the pass has whole hours: the pace is kept by the hour. The recompute bounds its statements itself. */
export const hourLimits: RangeLimits = { shortestSeconds: hourSeconds, mostRows: Number.POSITIVE_INFINITY };

/** Hours in which something changed. Times are seconds since the epoch. */
export interface ChangedHours {
  readonly projectId: string;
  readonly hours: readonly number[];
  /** Where in them; `rows` is how much of a minute is new at least. */
  readonly minutes: readonly Pick<ArrivalMark, 'minute' | 'rows'>[];
}

/** Every minute of an hour, for a recompute that trusts nothing of what stands. */
export function wholeHour(projectId: string, hour: number): ChangedHours {
  const minutes = Array.from({ length: 60 }, (_, index) => ({ minute: hour + index * minuteSeconds, rows: 0 }));
  return { projectId, hours: [hour], minutes };
}

/**
 * Rewrites hours: quiet ones in whole and many at once, busy ones by the minutes that changed. An hour that becomes busy is
 * written minute by minute from its start, where the first takes back what stood for the hour as a whole. Until the last is
 * written, and after a crash or a failure until the audit, the hour lacks the others: too little for a moment, and never anything twice.
 */
export class HourRecompute {
  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly busySpans = busyHourSpans,
  ) {}

  async run(changed: ChangedHours, restDays: number): Promise<void> {
    const { projectId, hours } = changed;
    const all = rangeOf(projectId, Math.min(...hours), Math.max(...hours) + hourSeconds);
    const stored = new Map((await storedHours(this.clickhouse, all)).map((each) => [each.hour, each]));
    const byMinute = [...stored.values()].some((each) => each.by_minute === 1);
    const spans = [...stored.values()].reduce((sum, each) => sum + each.spans, 0);
    if (!byMinute && Math.max(spans, rowsOf(changed.minutes)) <= this.busySpans)
      return this.write(all, 'hour', restDays);
    for (const hour of hours) {
      const minutes = changed.minutes.filter(({ minute }) => minute >= hour && minute < hour + hourSeconds);
      if (stored.get(hour)?.by_minute === 1) await this.writeMinutes(projectId, minutes, restDays);
      else {
        const most = Math.max(stored.get(hour)?.spans ?? 0, rowsOf(minutes));
        if (most > this.busySpans) await this.writeMinutes(projectId, wholeHour(projectId, hour).minutes, restDays);
        else await this.write(rangeOf(projectId, hour, hour + hourSeconds), 'hour', restDays);
      }
    }
  }

  private async writeMinutes(projectId: string, marks: ChangedHours['minutes'], restDays: number): Promise<void> {
    for (const minute of new Set(marks.map((each) => each.minute))) {
      await this.write(rangeOf(projectId, minute, minute + minuteSeconds), 'minute', restDays);
    }
  }

  private async write(range: MinuteRange, grain: HourGrain, restDays: number): Promise<void> {
    await listDimensionValues(this.clickhouse, range);
    await recomputeHourRollup(this.clickhouse, range, restDays, grain);
  }
}

const rowsOf = (minutes: ChangedHours['minutes']): number => minutes.reduce((sum, { rows }) => sum + rows, 0);

function rangeOf(projectId: string, from: number, to: number): MinuteRange {
  return { projectId, from: new Date(from * 1000), to: new Date(to * 1000) };
}
