import type { RejectReason } from '@plimsoll/otlp';

const nanosecondsAMs = 1e6;
const dayMs = 86_400_000;
/** Clocks differ; what claims to come from further ahead is not believed (architecture 3a, rule 13). */
const aheadMs = 10 * 60_000;

/** Which times of spans and log records a project takes at the moment. */
export class TimeLimits {
  private readonly latest: number;
  private readonly earliest: number;

  constructor(nowMs: number, retentionDays: number | null) {
    this.latest = (nowMs + aheadMs) * nanosecondsAMs;
    this.earliest = retentionDays === null ? 0 : (nowMs - retentionDays * dayMs) * nanosecondsAMs;
  }

  /** Why nothing of this time is stored, if so; nanoseconds since the epoch, to the microsecond. */
  faultOf(timeNs: number): RejectReason | undefined {
    if (timeNs > this.latest) return 'in_the_future';
    return timeNs < this.earliest ? 'too_old' : undefined;
  }
}
