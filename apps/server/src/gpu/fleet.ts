import type { Gpu, GpuFleet } from '@plimsoll/contract';
import { parseMoney, printMoney, divideHalfEven } from '@plimsoll/cost';
import {
  frameBufferTotalMib,
  judgeGpu,
  migShare,
  ownerOf,
  ownsModel,
  type GpuReadings,
  type Scrape,
} from '@plimsoll/gpu';
import type { StoredEngineSample } from './engine.queries.js';
import type { StoredGpuSample } from './gpu.queries.js';

export interface FleetFacts {
  atMs: number;
  currency: string;
  /** The newest sample of every device of the last day. */
  latest: readonly StoredGpuSample[];
  /** Samples of the last five minutes, oldest first. */
  samples: readonly StoredGpuSample[];
  engines: readonly StoredEngineSample[];
  /** By target: seconds between scrapes, and the pool it was declared to serve. */
  targets: ReadonlyMap<string, { intervalSeconds: number; pool: string | null }>;
  /** Decimal hourly rate by GPU model. */
  rates: ReadonlyMap<string, string>;
  /** Declared pools whose engine did not answer the last scrape. */
  silentPools: readonly string[];
}

interface Pool {
  pool: string;
  model: string;
  engine: string;
  target: string;
  samples: StoredEngineSample[];
}

function poolsOf(engines: readonly StoredEngineSample[]): Pool[] {
  const pools = new Map<string, Pool>();
  for (const sample of engines) {
    const key = JSON.stringify([sample.pool, sample.model]);
    const known = pools.get(key);
    if (known === undefined) {
      const { pool, model, engine, target } = sample;
      pools.set(key, { pool, model, engine, target, samples: [sample] });
    } else known.samples.push(sample);
  }
  return [...pools.values()].sort((a, b) => (a.pool < b.pool ? -1 : 1));
}

/** A device belongs to the pool that its target or its owner's name says; a pod `llama-70b-0` to the pool `llama-70b`. */
export function belongsTo(
  owner: string | null,
  declared: string | null,
  pool: { pool: string; model: string },
): boolean {
  if (declared !== null) return declared === pool.pool;
  return owner !== null && (owner === pool.pool || owner.startsWith(`${pool.pool}-`) || ownsModel(owner, pool.model));
}

/** What a device costs an hour in 1e-12 units; null without a rate for its model. */
export function hourlyCost(
  rates: ReadonlyMap<string, string>,
  model: string,
  migProfile: string | null,
): bigint | null {
  const rate = rates.get(model);
  if (rate === undefined) return null;
  const { slices, of } = migShare(migProfile);
  return divideHalfEven(parseMoney(rate) * BigInt(slices), BigInt(of));
}

export function readingOf(sample: GpuReadings): Gpu['reading'] {
  return {
    gpuUtil: sample.gpuUtil,
    smActive: sample.smActive,
    smOccupancy: sample.smOccupancy,
    tensorActive: sample.tensorActive,
    dramActive: sample.dramActive,
    fbUsedMib: sample.fbUsedMib,
    fbTotalMib: frameBufferTotalMib(sample),
    powerWatts: sample.powerWatts,
    temperatureCelsius: sample.temperatureCelsius,
    smClockMhz: sample.smClockMhz,
    pcieRxBytes: sample.pcieRxBytes,
    pcieTxBytes: sample.pcieTxBytes,
    xid: sample.xid,
  };
}

/** The engine's sample that stood at a time: the newest that is not younger, within three intervals. */
function engineAt(pool: Pool | undefined, atMs: number, intervalMs: number): StoredEngineSample | null {
  const near = pool?.samples.findLast((sample) => sample.atMs <= atMs + intervalMs / 2);
  return near !== undefined && atMs - near.atMs <= 3 * intervalMs ? near : null;
}

interface Judged {
  gpu: Gpu;
  pool: Pool | undefined;
  hourly: bigint | null;
}

function judgeDevice(facts: FleetFacts, pools: readonly Pool[], newest: StoredGpuSample): Judged {
  const own = facts.samples.filter(({ id }) => id === newest.id);
  const owner = ownerOf([...own, newest].map(({ pod }) => pod));
  const target = facts.targets.get(newest.target);
  const intervalMs = (target?.intervalSeconds ?? 30) * 1000;
  const pool = pools.find((each) => belongsTo(owner, target?.pool ?? null, each));
  const hourly = hourlyCost(facts.rates, newest.model, newest.migProfile);
  const scrapes = (own.length === 0 ? [newest] : own).map((gpu): Scrape => ({
    atMs: gpu.atMs,
    gpu,
    engine: engineAt(pool, gpu.atMs, intervalMs),
  }));
  const cost = hourly === null ? null : printMoney(hourly);
  const silent = facts.silentPools.some((name) => belongsTo(owner, target?.pool ?? null, { pool: name, model: name }));
  const engineReady = silent ? false : null;
  const verdict = judgeGpu({ scrapes, atMs: facts.atMs, intervalMs, owner, hourlyCost: cost, engineReady });
  const gpu: Gpu = {
    id: newest.id,
    host: newest.host,
    index: newest.index,
    model: newest.model,
    migProfile: newest.migProfile,
    owner,
    pool: pool?.pool ?? target?.pool ?? null,
    at: new Date(newest.atMs).toISOString(),
    reading: readingOf(newest),
    ...verdict,
    hourlyCost: cost,
  };
  return { gpu, pool, hourly };
}

/** Generated and computed tokens a second over the samples; null when a counter was reset or stands alone. */
function tokensPerSecond({ samples }: Pool): number | null {
  const counted = samples.filter(({ generationTokens }) => generationTokens !== null);
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
  if (first.processStart !== last.processStart) return null;
  const total = (sample: StoredEngineSample): number => (sample.generationTokens ?? 0) + (sample.promptTokens ?? 0);
  const rate = (total(last) - total(first)) / ((last.atMs - first.atMs) / 1000);
  return rate < 0 ? null : rate;
}

function reportPool(facts: FleetFacts, pool: Pool, devices: readonly Judged[]): GpuFleet['pools'][number] {
  const newest = pool.samples.at(-1);
  const members = devices.filter((device) => device.pool === pool);
  const intervalMs = (facts.targets.get(pool.target)?.intervalSeconds ?? 30) * 1000;
  const first = facts.samples.filter(({ id }) => id === members[0]?.gpu.id);
  const scrapes = pool.samples.map((engine): Scrape => {
    const gpu = first.findLast(({ atMs }) => atMs <= engine.atMs + intervalMs / 2) ?? null;
    return { atMs: engine.atMs, gpu, engine };
  });
  const { verdict, subReason, nextStep } = judgeGpu({ scrapes, atMs: facts.atMs, intervalMs, owner: pool.pool });
  const rate = tokensPerSecond(pool);
  const hourly = members.some((device) => device.hourly === null)
    ? null
    : members.reduce((sum, device) => sum + (device.hourly ?? 0n), 0n);
  const perMillion =
    hourly === null || members.length === 0 || rate === null || rate === 0
      ? null
      : divideHalfEven(hourly * 1_000_000n * 1000n, BigInt(Math.max(1, Math.round(rate * 3600 * 1000))));
  return {
    pool: pool.pool,
    engine: pool.engine,
    model: pool.model,
    at: new Date(newest?.atMs ?? facts.atMs).toISOString(),
    running: newest?.running ?? null,
    waiting: newest?.waiting ?? null,
    kvUsage: newest?.kvUsage ?? null,
    tokensPerSecond: rate,
    costPerMillionTokens: perMillion === null ? null : printMoney(perMillion),
    verdict,
    subReason,
    nextStep,
  };
}

/** The fleet page as a pure function of samples and a clock. */
export function buildFleet(facts: FleetFacts): Omit<GpuFleet, 'targets'> {
  const pools = poolsOf(facts.engines);
  const devices = facts.latest.map((newest) => judgeDevice(facts, pools, newest));
  const seen = devices.filter(({ gpu }) => gpu.verdict !== 'stale');
  const idle = seen.filter(({ gpu }) => gpu.verdict === 'idle');
  const priced = idle.filter(({ hourly }) => hourly !== null);
  const perHour = priced.reduce((sum, { hourly }) => sum + (hourly ?? 0n), 0n);
  return {
    items: devices.map(({ gpu }) => gpu),
    pools: pools.map((pool) => reportPool(facts, pool, devices)),
    busyShare: seen.length === 0 ? null : (seen.length - idle.length) / seen.length,
    // Idle devices without a rate would make the sum look smaller than it is.
    idleCostPerDay: priced.length === idle.length && seen.length > 0 ? printMoney(perHour * 24n) : null,
    currency: facts.currency,
  };
}
