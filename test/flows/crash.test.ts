import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouse, createClickHouse } from '@plimsoll/clickhouse';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Comparison, compareHours, compareMinutes, compareSpans, compareTraces } from '../crash/exactness.js';
import { RetryingClients } from '../crash/retrying-clients.js';
import { type Platform, type PlatformProcess, startPlatform } from './platform.js';

/** `npm run test:crash` kills this often, at random, PostgreSQL included; otherwise each part of the short list once. */
const randomKills = Number(process.env['PLIMSOLL_CRASH_KILLS'] ?? 0);
const shortList: readonly PlatformProcess[] = ['ClickHouse', 'ingest', 'worker'];
const longList: readonly PlatformProcess[] = [...shortList, 'PostgreSQL'];

/** By then the rollups have to be exact. */
const settleMs = 30_000;

let platform: Platform;
let clickhouse: ClickHouse;

beforeAll(async () => {
  platform = await startPlatform();
  const ports = JSON.parse(readFileSync(join(platform.dataDir, 'ports.json'), 'utf8')) as { clickhouse: number };
  const password = readFileSync(join(platform.dataDir, 'clickhouse.password'), 'utf8').trim();
  clickhouse = createClickHouse({ url: `http://127.0.0.1:${ports.clickhouse}`, password });
});

/** What the platform and its engine said, for a failure that cannot be had again. */
function lastWords(): string {
  const log = readFileSync(join(platform.dataDir, 'logs', 'clickhouse.log'), 'utf8');
  return `${platform.output()}\n--- clickhouse.log\n${log.slice(-3_000)}`;
}

afterEach((context) => {
  if (context.task.result?.state === 'fail') process.stdout.write(lastWords());
});

afterAll(async () => {
  await clickhouse?.close();
  await platform?.stop();
});

/** Parts to kill, and how long to wait before each. The seed is printed, so that a run can be had again. */
function* killPlan(): Generator<{ part: PlatformProcess; waitMs: number }> {
  if (randomKills === 0) {
    for (const part of shortList) yield { part, waitMs: 1_000 };
    return;
  }
  const seed = Number(process.env['PLIMSOLL_CRASH_SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`PLIMSOLL_CRASH_SEED=${seed}\n`);
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  for (let kill = 0; kill < randomKills; kill += 1) {
    const part = longList[Math.floor(random() * longList.length)] ?? 'ClickHouse';
    yield { part, waitMs: 300 + random() * 3_000 };
  }
}

function isEqual({ rollup, scratch }: Comparison): boolean {
  return JSON.stringify(rollup) === JSON.stringify(scratch);
}

test(
  'every acknowledged span is there once and every rollup is exact, whatever was killed',
  async () => {
    const clients = new RetryingClients({ url: platform.otlpUrl, key: platform.key, clients: 6, spansPerRequest: 20 });
    const killed: PlatformProcess[] = [];
    for (const { part, waitMs } of killPlan()) {
      await clients.progress();
      await sleep(waitMs);
      process.kill(await platform.pid(part), 'SIGKILL');
      killed.push(part);
    }
    await clients.progress();
    await clients.stop();

    const spans = await compareSpans(clickhouse, clients.acknowledged);
    expect(spans.lost).toEqual([]);
    expect(spans.repeated).toEqual([]);
    expect(spans.stored).toBeGreaterThanOrEqual(clients.acknowledged.length);

    const compare = () => Promise.all([compareMinutes(clickhouse), compareTraces(clickhouse)]);
    await expect
      .poll(compare, { timeout: settleMs, interval: 1_000 })
      .toSatisfy((both: Comparison[]) => both.every(isEqual));
    // An hour is recomputed at most once a minute: too long to wait for in every run.
    if (randomKills > 0) {
      await expect.poll(() => compareHours(clickhouse), { timeout: 100_000, interval: 2_000 }).toSatisfy(isEqual);
    }
    const minutes = await compareMinutes(clickhouse);
    expect(minutes.rollup).toEqual(minutes.scratch);
    expect(platform.output()).toMatch(/restarting/);
    process.stdout.write(
      `killed ${killed.length} (${[...new Set(killed)].join(', ')}); ${clients.acknowledged.length} spans acknowledged, ` +
        `${clients.retries} retries, ${spans.rawRepeats} raw repeats, ${minutes.rollup.length} minutes equal\n`,
    );
  },
  300_000 + randomKills * 15_000,
);
