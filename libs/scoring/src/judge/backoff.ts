/** How an attempt to reach a judge ended. `status` is the HTTP status, null when the connection failed or timed out. */
export interface AttemptFailure {
  readonly status: number | null;
  /** Seconds of a Retry-After header, null without one. */
  readonly retryAfterSeconds: number | null;
}

export const MAX_ATTEMPTS = 3;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * Milliseconds before the next attempt, or null when another one is pointless: the client was wrong (4xx but 408, 409,
 * 425 and 429), all attempts are used, or the endpoint asks to wait longer than a work order may.
 * `attempt` counts from 1; `random` in [0, 1) spreads the clients ("full jitter").
 */
export function retryDelay(failure: AttemptFailure, attempt: number, random: number): number | null {
  if (attempt >= MAX_ATTEMPTS) return null;
  const { status, retryAfterSeconds } = failure;
  const temporary = status === null || status >= 500 || [408, 409, 425, 429].includes(status);
  if (!temporary) return null;
  if (retryAfterSeconds !== null) {
    return retryAfterSeconds * 1_000 <= LONGEST_DELAY_MS ? retryAfterSeconds * 1_000 : null;
  }
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1)) * (0.5 + random / 2);
}

/** State of one endpoint's circuit; times are epoch milliseconds. */
export interface Circuit {
  readonly failures: number;
  /** Until when nothing is sent; null while closed. */
  readonly openUntil: number | null;
}

export const closedCircuit: Circuit = { failures: 0, openUntil: null };

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 10 * 60_000;

/** False while the circuit is open; after that single probes are let through until one succeeds. */
export const allows = (circuit: Circuit, now: number): boolean =>
  circuit.openUntil === null || now >= circuit.openUntil;

export const afterSuccess = (): Circuit => closedCircuit;

/** Opens after five failures in a row, for 30 s and twice as long after each further one, at most ten minutes. */
export function afterFailure(circuit: Circuit, now: number): Circuit {
  const failures = circuit.failures + 1;
  if (failures < FAILURES_TO_OPEN) return { failures, openUntil: null };
  const wait = Math.min(LONGEST_OPEN_MS, OPEN_MS * 2 ** (failures - FAILURES_TO_OPEN));
  return { failures, openUntil: now + wait };
}
