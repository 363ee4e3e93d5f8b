import { PlimsollError } from '@plimsoll/contract';
import { divideHalfEven } from './money.js';
import { splitAmount } from './split.js';

/** How much dearer an output token is than a computed prompt token, in busy GPU time, until calibrated. */
export const DEFAULT_OUTPUT_WEIGHT = 4;

export interface TokenWork {
  /** Prompt tokens that were computed; locally cached ones weigh nothing. */
  promptTokens: number;
  outputTokens: number;
}

export interface GpuWindow {
  /** Cost of the pool in the window: the sum of allocated hours x hourly rate, in 1e-12 USD. */
  total: bigint;
  /** Busy part of the window, as a ratio of two whole numbers (seconds, or scrapes with running > 0). */
  busy: bigint;
  observed: bigint;
  /** Seconds of loading a model, in the unit of `observed`; its own row, neither busy nor idle. */
  coldStart?: bigint;
  outputWeight?: number;
  /** Work seen in traces, by owner; parts come back in the order given. */
  parts: readonly (TokenWork & { key: string })[];
  /** Work that the engine counted and no trace carries. */
  unseen?: TokenWork;
}

export interface GpuSplit {
  busy: bigint;
  idle: bigint;
  coldStart: bigint;
  /** Busy cost of work that no trace carries. */
  unallocated: bigint;
  parts: { key: string; cost: bigint }[];
}

function weightOf(work: TokenWork, outputWeight: number, field: string): bigint {
  const { promptTokens, outputTokens } = work;
  if (![promptTokens, outputTokens].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new PlimsollError('invalid_input', `${field}: token counts are whole numbers >= 0`, { field });
  }
  // Thousandths, so that a calibrated weight such as 3.75 stays exact in integers.
  return BigInt(promptTokens) * 1000n + BigInt(outputTokens) * BigInt(Math.round(outputWeight * 1000));
}

/**
 * Splits a pool's cost of one window so that parts + unallocated + idle + cold start = total exactly (cost-gpu 1.4).
 * A busy window without any counted work is unallocated whole: it must not vanish.
 */
export function splitGpuWindow(window: GpuWindow): GpuSplit {
  const { total, busy, observed, coldStart = 0n, outputWeight = DEFAULT_OUTPUT_WEIGHT } = window;
  if (observed <= 0n || busy < 0n || coldStart < 0n || busy + coldStart > observed) {
    throw new PlimsollError('invalid_input', 'busySeconds: must lie between 0 and the window', {
      field: 'busySeconds',
    });
  }
  if (!Number.isFinite(outputWeight) || outputWeight < 0) {
    throw new PlimsollError('invalid_input', 'outputWeight: must be a number >= 0', { field: 'outputWeight' });
  }
  const busyCost = divideHalfEven(total * busy, observed);
  const coldCost = coldStart === 0n ? 0n : divideHalfEven(total * coldStart, observed);
  const weights = window.parts.map((part) => weightOf(part, outputWeight, `parts.${part.key}`));
  const unseen = window.unseen === undefined ? 0n : weightOf(window.unseen, outputWeight, 'unseen');
  const none = weights.every((weight) => weight === 0n) && unseen === 0n;
  const shares = none ? [...weights.map(() => 0n), busyCost] : splitAmount(busyCost, [...weights, unseen]);
  return {
    busy: busyCost,
    idle: total - busyCost - coldCost,
    coldStart: coldCost,
    unallocated: shares.at(-1) ?? 0n,
    parts: window.parts.map((part, index) => ({ key: part.key, cost: shares[index] ?? 0n })),
  };
}
