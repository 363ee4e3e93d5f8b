import { formatClock, fromWallTime, toWallTime } from '../time/zone.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  1000,
  5000,
  15_000,
  30_000,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  4 * day,
  7 * day,
  14 * day,
  28 * day,
];
/** A Monday, so that weekly ticks fall on one. */
const monday = Date.UTC(1970, 0, 5);

export interface TimeTicks {
  values: number[];
  stepMs: number;
}

/** Round times of the zone's own clock within the range; ECharts itself knows only UTC and the browser's zone. */
export function timeTicks(fromMs: number, toMs: number, zone: string, maxTicks: number): TimeTicks {
  const length = toMs - fromMs;
  const stepMs = steps.find((step) => length / step <= Math.max(2, maxTicks)) ?? 28 * day;
  const anchor = stepMs >= 7 * day ? monday : 0;
  const values: number[] = [];
  let wall = Math.ceil((toWallTime(fromMs, zone) - anchor) / stepMs) * stepMs + anchor;
  while (values.length < 200) {
    const value = fromWallTime(wall, zone);
    if (value > toMs) break;
    if (value >= fromMs) values.push(value);
    wall += stepMs;
  }
  return { values, stepMs };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function tickLabel(ms: number, zone: string, stepMs: number): string {
  const wall = new Date(toWallTime(ms, zone));
  const midnight = wall.getUTCHours() === 0 && wall.getUTCMinutes() === 0 && wall.getUTCSeconds() === 0;
  if (stepMs >= day || midnight) return `${wall.getUTCDate()} ${months[wall.getUTCMonth()]}`;
  return formatClock(ms, zone, stepMs < minute);
}

/** Round values need no zeros behind the point: `2.50x` beside `5.00x` reads `2.5x` and `5x`. */
export function trimZeros(text: string): string {
  return text.replace(/\.(\d*?)0+(?!\d)/, (_, digits: string) => (digits === '' ? '' : `.${digits}`));
}

export interface LaneItem<T> {
  item: T;
  /** Left edge in pixels. */
  left: number;
  row: number;
}

/**
 * Places labels into rows so that none overlap: first row that is free, in order of time.
 * What fits no row is returned apart, so that it can be counted and not hidden.
 */
export function packLane<T>(
  items: readonly { item: T; x: number; width: number }[],
  totalWidth: number,
  maxRows: number,
): { placed: LaneItem<T>[]; hidden: T[] } {
  const rowEnds: number[] = [];
  const placed: LaneItem<T>[] = [];
  const hidden: T[] = [];
  for (const { item, x, width } of items.toSorted((a, b) => a.x - b.x)) {
    const left = Math.max(0, Math.min(x, totalWidth - width));
    let row = rowEnds.findIndex((end) => end + 4 <= left);
    if (row === -1 && rowEnds.length < maxRows) row = rowEnds.length;
    if (row === -1) {
      hidden.push(item);
      continue;
    }
    rowEnds[row] = left + width;
    placed.push({ item, left, row });
  }
  return { placed, hidden };
}
