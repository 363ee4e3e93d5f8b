import { closedBefore } from '../rollups/minute-recompute.js';
import type { RollupsService } from '../rollups/rollups.service.js';

const minuteMs = 60_000;
/** Without a finished pass for this long nobody can tell that a service is healthy. */
export const staleMs = 3 * minuteMs;

/** The instant that verdicts are about: the end of the newest closed minute. */
export interface AsOf {
  readonly at: number;
  readonly stale: boolean;
}

export async function asOfNow(rollups: RollupsService): Promise<AsOf> {
  const now = Date.now();
  const pass = await rollups.lastPass();
  if (pass === null) return { at: floorMinute(now), stale: true };
  return { at: closedBefore(pass.startedAt).getTime(), stale: now - pass.finishedAt.getTime() > staleMs };
}

export function floorMinute(at: number): number {
  return Math.floor(at / minuteMs) * minuteMs;
}

const seriesBuckets = [60, 300, 900, 1800, 3600, 10_800, 21_600, 86_400];
const maxSeriesPoints = 240;

/** Seconds of a bucket that cuts a range into a few hundred points. */
export function bucketFor(rangeSeconds: number): number {
  return seriesBuckets.find((seconds) => rangeSeconds / seconds <= maxSeriesPoints) ?? 86_400;
}
