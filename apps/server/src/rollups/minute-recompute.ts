/** Whole minutes of one project, `from` inclusive, `to` exclusive, within one day (UTC), shorter when it takes long. */
export interface MinuteRange {
  readonly projectId: string;
  readonly from: Date;
  readonly to: Date;
}

/**
 * A capability's own figures of a range, written anew. It has to be one `INSERT ... SELECT` of the rows as they are
 * now plus the existing keys with zeros, versioned by the statement's start: who reads later wins, groups that vanished
 * fall to zero, and a reader sees old or new and never half.
 */
export interface MinuteRecompute {
  readonly name: string;
  recompute(range: MinuteRange): Promise<void>;
}

const minuteMs = 60_000;

/** A minute is closed when a pass that began at least this long after its end has finished. */
const closingDelayMs = 60_000;

/** The first minute that is not closed after a pass that began at `passStartedAt` has finished. */
export function closedBefore(passStartedAt: Date): Date {
  return new Date(Math.floor((passStartedAt.getTime() - closingDelayMs) / minuteMs) * minuteMs);
}
