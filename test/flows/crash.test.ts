import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generator } from '@plimsoll/statistics';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  compareCalls,
  compareFigures,
  type Compared,
  type Figure,
  openScope,
  readRows,
  type Scope,
  scoringFaults,
} from '../crash/exactness.js';
import { fillDisk, kill, squeezeMemory } from '../crash/faults.js';
import { setUpFigures } from '../crash/objectives.js';
import { RetryingClients } from '../crash/retrying-clients.js';
import { mountSmallDisk, type SmallDisk } from '../crash/small-disk.js';
import { type Platform, type PlatformProcess, startPlatform } from './platform.js';
import { openStores, type Stores } from './stores.js';

/**
 * `npm run test:crash` (test/crash/run.mjs) sets the mode and how many faults there are, at random; without it there is one
 * of each kind.
 */
const mode = process.env['PLIMSOLL_CRASH_MODE'] ?? 'short';
const faultCount = Number(process.env['PLIMSOLL_CRASH_FAULTS'] ?? 0);
const parts: readonly PlatformProcess[] = ['ClickHouse', 'ingest', 'worker', 'PostgreSQL'];

/** By then the figures of minutes have to be exact; those of hours follow at most once a minute. */
const settleMs = 60_000;
const settleHoursMs = 180_000;

let platform: Platform;
let stores: Stores;
let disk: SmallDisk | undefined;
let scope: Scope;
/** Statements of ours that the memory cap has ended. */
let endedByCap = 0;

/** A small disk where one is needed and can be made; where it cannot, that is said. */
function diskIfWanted(): SmallDisk | undefined {
  if (mode !== 'short' && mode !== 'disk') return undefined;
  const made = mountSmallDisk(mode === 'short' ? 512 : 768);
  if (typeof made !== 'string') return made;
  process.stdout.write(`SKIPPED: the full disk, because no small file system can be mounted here (${made})\n`);
  return undefined;
}

beforeAll(async () => {
  disk = diskIfWanted();
  platform = await startPlatform({
    ...(disk === undefined ? {} : { dataParent: disk.path }),
    environment: {
      // The mark would keep the disk from ever being full.
      PLIMSOLL_MIN_FREE_DISK_MB: '0',
      ...(mode === 'kills' ? {} : { PLIMSOLL_CLICKHOUSE_MEMORY_MB: '512' }),
    },
  });
  await setUpFigures(platform);
  stores = await openStores(platform);
  scope = await openScope(stores);
  await stores.database.destroy();
});

/** What the platform and its engine said, for a failure that cannot be had again. */
function lastWords(): string {
  const logs = ['clickhouse', 'postgres', 'worker', 'ingest'].map((name) => {
    return `--- ${name}.log\n${readFileSync(join(platform.dataDir, 'logs', `${name}.log`), 'utf8').slice(-2_000)}`;
  });
  return `${platform.output()}\n${logs.join('\n')}`;
}

afterEach((context) => {
  if (context.task.result?.state === 'fail') process.stdout.write(lastWords());
});

afterAll(async () => {
  await stores?.clickhouse.close();
  await platform?.stop();
  disk?.remove();
});

interface Fault {
  readonly name: string;
  /** Pause before it. */
  readonly waitMs: number;
  readonly strike: () => Promise<unknown>;
}

const killing = (part: PlatformProcess): Fault['strike'] => {
  return () => kill(platform, part);
};
const squeezing = (forMs: number): Fault['strike'] => {
  return async () => {
    endedByCap += await squeezeMemory(stores.clickhouseUrl, stores.clickhousePassword, forMs);
  };
};

/** One of each kind. */
function shortPlan(): Fault[] {
  const kills = (['ClickHouse', 'ingest', 'worker'] as const).map((part) => {
    return { name: part, waitMs: 500, strike: killing(part) };
  });
  const small = disk;
  return [
    ...kills,
    { name: 'memory cap', waitMs: 0, strike: squeezing(1_500) },
    ...(small === undefined ? [] : [{ name: 'full disk', waitMs: 0, strike: () => fillDisk(small, 1_500) }]),
  ];
}

/** The seed is printed, so that a run can be had again. */
function* randomPlan(): Generator<Fault> {
  const seed = Number(process.env['PLIMSOLL_CRASH_SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`PLIMSOLL_CRASH_SEED=${seed}\n`);
  const random = generator(seed);
  for (let fault = 0; fault < faultCount; fault += 1) {
    const part = parts[Math.floor(random() * parts.length)] ?? 'ClickHouse';
    const waitMs = 300 + random() * 3_000;
    if (mode === 'kills') yield { name: part, waitMs, strike: killing(part) };
    else yield pressure(part, waitMs, random);
  }
}

/** A full disk or the memory cap for some seconds, every other time with a part killed meanwhile. */
function pressure(part: PlatformProcess, waitMs: number, random: () => number): Fault {
  const forMs = 1_000 + random() * 4_000;
  const small = disk;
  const press = mode === 'disk' && small !== undefined ? () => fillDisk(small, forMs) : squeezing(forMs);
  const name = mode === 'disk' ? 'full disk' : 'memory cap';
  if (random() < 0.5) return { name, waitMs, strike: press };
  const killMeanwhile = async (): Promise<void> => {
    await sleep(forMs / 3);
    await kill(platform, part);
  };
  return { name: `${name} with ${part}`, waitMs, strike: () => Promise.all([press(), killMeanwhile()]) };
}

const differences = (compared: Record<Figure, Compared>, names: readonly Figure[]): readonly string[] =>
  names.flatMap((name) => compared[name].differences.map((line) => `${name}: ${line}`));

test.skipIf(mode === 'disk' && disk === undefined && mountable() !== null)(
  'every acknowledged call is there once and every figure is exact, whatever was killed, full or short of memory',
  async () => {
    const clients = new RetryingClients({
      otlpUrl: platform.otlpUrl,
      apiUrl: platform.apiUrl,
      key: platform.key,
      clients: 6,
      spansPerRequest: 20,
    });
    const struck: string[] = [];
    for (const { name, waitMs, strike } of mode === 'short' ? shortPlan() : randomPlan()) {
      await clients.progress();
      await sleep(waitMs);
      await strike();
      struck.push(name);
    }
    await clients.progress();
    await clients.stop();

    const settled: Figure[] = ['minutes', 'points', 'pointHours', 'traces'];
    const compare = () => compareFigures(scope);
    await expect
      .poll(async () => differences(await compare(), settled), { timeout: settleMs, interval: 1_500 })
      .toEqual([]);
    const { lost, repeated, changed, lostOutcomes } = compareCalls(
      await readRows(scope),
      clients.acknowledged,
      clients.outcomes,
    );
    expect({ lost, repeated, changed, lostOutcomes }).toEqual({
      lost: [],
      repeated: [],
      changed: [],
      lostOutcomes: [],
    });
    // Calls are scored some seconds later and an hour is recomputed at most once a minute: too long for every run.
    if (mode !== 'short') {
      const everything = async (): Promise<readonly string[]> => {
        const faults = scoringFaults(await readRows(scope), clients.acknowledged);
        return [...faults, ...differences(await compare(), [...settled, 'hours'])];
      };
      await expect.poll(everything, { timeout: settleHoursMs, interval: 3_000 }).toEqual([]);
    }
    expect(platform.output()).toMatch(/restarting/);
    if (struck.some((name) => name.startsWith('memory cap'))) expect(endedByCap).toBeGreaterThan(0);
    process.stdout.write(summary(struck, clients, await compare()));
  },
  400_000 + faultCount * 15_000,
);

function mountable(): string | null {
  const made = mountSmallDisk(16);
  if (typeof made === 'string') return made;
  made.remove();
  return null;
}

function summary(struck: readonly string[], clients: RetryingClients, figures: Record<Figure, Compared>): string {
  const equal = Object.entries(figures).map(([name, { lines }]) => `${lines} ${name}`);
  return (
    `${struck.length} faults (${[...new Set(struck)].join(', ')}); ${clients.acknowledged.length} calls and ` +
    `${clients.outcomes.length} outcomes acknowledged, ${clients.retries} retries; equal: ${equal.join(', ')}\n`
  );
}
