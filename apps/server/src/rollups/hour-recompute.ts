import type { ClickHouse } from '@plimsoll/clickhouse';
import { type ArrivalMark, type RangeLimits } from './dirty-minutes.js';
import {
  type HourGrain,
  listDimensionValues,
  recomputeHourRollup,
  storedHours,
  storedMinutes,
} from './hour-rollup.queries.js';
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
 * written the hour lacks the others: too little for a moment, and never anything twice. A recompute that was cut off leaves
 * minutes with calls and without rows, which the next one writes as well.
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
      return this.write(all, 'hour', restDays, spans);
    for (const hour of hours) {
      const minutes = changed.minutes.filter(({ minute }) => minute >= hour && minute < hour + hourSeconds);
      const most = Math.max(stored.get(hour)?.spans ?? 0, rowsOf(minutes));
      const range = rangeOf(projectId, hour, hour + hourSeconds);
      const standsByMinute = stored.get(hour)?.by_minute === 1;
      if (standsByMinute || most > this.busySpans) await this.writeMinutes(range, minutes, standsByMinute, restDays);
      else await this.write(range, 'hour', restDays, most);
    }
  }

  /** The minutes that changed, and those that lack: in an hour that becomes busy all in which something is, and its first. */
  private async writeMinutes(
    hour: MinuteRange,
    changed: ChangedHours['minutes'],
    standsByMinute: boolean,
    restDays: number,
  ): Promise<void> {
    const { projectId } = hour;
    const newest = changed.reduce((most, { minute }) => Math.max(most, minute), 0);
    const stored = await storedMinutes(this.clickhouse, hour);
    // What is newer than all that changed is left for the pass that finds it changed.
    const lacking = stored.filter((each) => !standsByMinute || (each.in_hour === 0 && each.minute < newest));
    const first = standsByMinute ? [] : [{ minute: hour.from.getTime() / 1000, rows: 0 }];
    const minutes = new Map<number, number>();
    for (const { minute, rows } of [...first, ...lacking, ...changed]) {
      minutes.set(minute, Math.max(minutes.get(minute) ?? 0, rows));
    }
    for (const [minute, rows] of [...minutes].toSorted(([left], [right]) => left - right)) {
      await this.write(rangeOf(projectId, minute, minute + minuteSeconds), 'minute', restDays, rows);
    }
  }

  private async write(range: MinuteRange, grain: HourGrain, restDays: number, rows: number): Promise<void> {
    await listDimensionValues(this.clickhouse, range, rows);
    await recomputeHourRollup(this.clickhouse, range, restDays, grain);
  }
}

export const rowsOf = (minutes: ChangedHours['minutes']): number => minutes.reduce((sum, { rows }) => sum + rows, 0);

function rangeOf(projectId: string, from: number, to: number): MinuteRange {
  return { projectId, from: new Date(from * 1000), to: new Date(to * 1000) };
}
