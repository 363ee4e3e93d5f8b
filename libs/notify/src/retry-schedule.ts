const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Delays before each attempt (Standard Webhooks): after the last one the delivery has failed for good. */
export const attemptDelaysMs: readonly number[] = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  10 * hour,
];

/** A tenth either way, so that many deliveries that failed together do not come back together. */
const jitter = 0.1;

/**
 * Milliseconds to wait after `attempts` failed ones, or null when it is over.
 * `random` is in [0, 1); a receiver that asks for more patience gets it.
 */
export function nextDelayMs(attempts: number, random: number, retryAfterSeconds?: number): number | null {
  const delay = attemptDelaysMs[attempts];
  if (delay === undefined) return null;
  const spread = Math.round(delay * (1 + jitter * (2 * random - 1)));
  return Math.max(spread, (retryAfterSeconds ?? 0) * second);
}
