import { judgeGpu } from './verdict.js';
import type { Evidence, Scrape, VerdictWindow } from './window.js';
import { throttled } from './window-rules.js';

const minuteMs = 60_000;
/** What a verdict looks at. */
const windowMs = 5 * minuteMs;
/** A condition that is away for no longer than this goes on. */
const gapMs = 5 * minuteMs;

/** A condition that slows a device or pool down, from when it held. */
export interface GpuCondition {
  readonly state: 'throttled' | 'memory_pressure';
  /** `thermal`, `power_brake`, `kv_capacity` ... */
  readonly subReason: string | null;
  /** End of the first window of five minutes in which it held, milliseconds since the epoch; whole minutes. */
  readonly atMs: number;
  readonly evidence: readonly Evidence[];
  readonly nextStep: string;
}

/**
 * When clocks began to be held down, and when the memory for requests (the KV cache) began to be full while requests
 * waited: the rules of the verdicts, minute by minute over [fromMs, toMs]. Scrapes are of one device or pool, oldest
 * first, from five minutes before.
 */
export function gpuConditions(
  scrapes: readonly Scrape[],
  range: { readonly fromMs: number; readonly toMs: number; readonly intervalMs: number },
): GpuCondition[] {
  const found: GpuCondition[] = [];
  const lastHeld = new Map<GpuCondition['state'], number>();
  let first = 0;
  let end = 0;
  for (let atMs = Math.ceil(range.fromMs / minuteMs) * minuteMs; atMs <= range.toMs; atMs += minuteMs) {
    while ((scrapes[end]?.atMs ?? Infinity) <= atMs) end += 1;
    while (first < end && (scrapes[first]?.atMs ?? 0) <= atMs - windowMs) first += 1;
    const window = { scrapes: scrapes.slice(first, end), atMs, intervalMs: range.intervalMs, owner: null };
    const condition = conditionOf(window);
    if (condition === null) continue;
    const before = lastHeld.get(condition.state);
    lastHeld.set(condition.state, atMs);
    if (before === undefined || atMs - before > gapMs) found.push(condition);
  }
  return found;
}

function conditionOf(window: VerdictWindow): GpuCondition | null {
  if (window.scrapes.length === 0) return null;
  const held = throttled.match(window);
  if (held !== null) return { ...told(held), state: 'throttled', atMs: window.atMs };
  if (window.scrapes.every(({ engine }) => engine === null)) return null;
  const verdict = judgeGpu(window);
  if (verdict.verdict !== 'queue_bound' || verdict.subReason !== 'kv_capacity') return null;
  return { ...told(verdict), state: 'memory_pressure', atMs: window.atMs };
}

const told = ({ subReason, evidence, nextStep }: Pick<GpuCondition, 'subReason' | 'evidence' | 'nextStep'>) => ({
  subReason,
  evidence,
  nextStep,
});
