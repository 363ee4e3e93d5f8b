/**
 * The whole path under load: the platform as `plimsoll start` runs it (own ports and data, no demo), a sender in a process
 * of its own, and what the same spans cost at least. All figures are of one run.
 *
 *   npm run bench:throughput -- [--minutes 10 | --seconds 20] [--clients 80] [--block-rows 18432]
 *     [--floor-rows 1000000] [--floors-only] [--watch-store]
 *
 * Prints JSON lines: one client's acknowledgements, the load, the recompute, memory, the floors, and the bars; under
 * `--watch-store` also, every ten seconds of the load, what runs in the store and what it holds.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startTestClickHouse } from '@plimsoll/clickhouse/testing';
import { type Platform, startPlatform } from '../flows/platform.js';
import { bundle } from './bundle.js';
import { StoreWatch } from './store-watch.js';
import type { Floors } from './throughput-floors.js';
import type { LoadReport } from './throughput-load.js';
import { isRecompute, QuerySampler } from './throughput-queries.js';
import { Load, type Measured, parts, printLine, slopeBytesAMinute, storeOf, watch } from './throughput-run.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    clients: { type: 'string', default: '80' },
    /** Of the floor; 0: as many as the load's blocks had on average. */
    'block-rows': { type: 'string', default: '0' },
    /** Spans that are inserted for the floor; 0: as many as the load has stored. */
    'floor-rows': { type: 'string', default: '0' },
    /** Of 1,000 requests and more the slowest hundredth is more than a few of them. */
    'latency-seconds': { type: 'string', default: '60' },
    /** Spans a second that are sent at most; 0: as many as are taken. */
    rate: { type: 'string', default: '0' },
    'floors-only': { type: 'boolean', default: false },
    'watch-store': { type: 'boolean', default: false },
  },
});
const seconds = values.minutes === undefined ? Number(values.seconds) : Number(values.minutes) * 60;
const cores = cpus().length;
const bars = { ratio: 0.6, ackP99Ms: 150, megabytes: 2_000, spansASecond: 35_000, recomputeShare: 0.15 };

const print = (line: object): void => printLine('throughput', line);

async function measureFloors(
  folder: string,
  given: { readonly rows: number; readonly warmRows: number; readonly rowsABlock: number },
): Promise<Floors> {
  const store = await startTestClickHouse();
  try {
    const blockRows = Number(values['block-rows']) || given.rowsABlock;
    const args = ['--url', store.url, '--pid', `${store.pid()}`, '--block-rows', `${blockRows}`];
    args.push('--rows', `${Number(values['floor-rows']) || given.rows}`, '--warm-rows', `${given.warmRows}`);
    const output = execFileSync(process.execPath, [join(folder, 'throughput-floors.js'), ...args], {
      encoding: 'utf8',
    });
    const floors = JSON.parse(output) as Floors;
    print({ figure: 'floors', ...floors });
    return floors;
  } finally {
    await store.stop();
  }
}

/** One client that waits for each acknowledgement. */
async function alone(load: Load): Promise<LoadReport> {
  load.use(1);
  await sleep(2_000);
  await load.report();
  await sleep(Number(values['latency-seconds']) * 1_000);
  return load.report();
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, each) => total + each, 0);
}

const storeState = `
  SELECT sum(rows) AS rows, count() AS parts, round(sum(bytes_on_disk) / rows) AS bytesPerRow,
    round((SELECT value FROM system.events WHERE event = 'MergedRows') / rows, 2) AS rewrites
  FROM system.parts WHERE active AND table = 'spans'`;

/** Rows and inserts of ingest so far. */
async function blocksOf(platform: Platform): Promise<{ rows: number; count: number }> {
  const text = await (await fetch(`${platform.otlpUrl}/metrics`)).text();
  const read = (name: string): number =>
    Number(new RegExp(`^plimsoll_ingest_block_rows_${name} (\\S+)`, 'm').exec(text)?.[1]);
  return { rows: read('sum'), count: read('count') };
}

interface Stored extends Measured {
  readonly store: { readonly rows: number; readonly rowsABlock: number };
}

async function underLoad(platform: Platform, load: Load): Promise<Stored> {
  const clickhouse = storeOf(platform);
  const pid = await platform.pid('ClickHouse');
  const storeWatch = values['watch-store'] ? new StoreWatch(clickhouse, pid, print) : null;
  try {
    const sampler = new QuerySampler(clickhouse, pid);
    const before = await blocksOf(platform);
    const measured = await watch(platform, load, seconds, sampler);
    const after = await blocksOf(platform);
    const [store = { rows: 0 }] = await clickhouse.query<{ rows: number }>(storeState);
    const rowsABlock = Math.round((after.rows - before.rows) / (after.count - before.count));
    return { ...measured, store: { ...store, rowsABlock } };
  } finally {
    await storeWatch?.stop();
    await clickhouse.close();
  }
}

function printLoad({ report, cpu, store }: Stored): void {
  const perSpan = (cpuSeconds: number): number => (cpuSeconds * 1e6) / report.spans;
  const spent = sum(Object.values(cpu));
  print({
    figure: 'load',
    clients: Number(values.clients),
    ...report,
    spansASecond: report.spans / report.seconds,
    cpuMicrosecondsPerSpan: perSpan(spent),
    byProcess: Object.fromEntries(parts.map((part) => [part, perSpan(cpu[part])])),
    senderMicrosecondsPerSpan: perSpan(report.cpuSeconds),
    coresUsed: (spent + report.cpuSeconds) / report.seconds,
    store,
  });
}

/** The whole worker is counted, and of the store the statements of the passes: their share of what was attributed. */
function recomputeShare({ cpu, statements }: Measured): number {
  const attributed = sum(Object.values(statements));
  const ofPasses = sum(Object.entries(statements).map(([subject, spent]) => (isRecompute(subject) ? spent : 0)));
  const inStore = cpu.ClickHouse * (ofPasses / attributed);
  const spent = sum(Object.values(cpu));
  print({
    figure: 'recompute',
    share: (inStore + cpu.worker) / spent,
    storeShare: inStore / spent,
    workerShare: cpu.worker / spent,
    storeSecondsBySubject: statements,
    bar: bars.recomputeShare,
  });
  return (inStore + cpu.worker) / spent;
}

function peakMegabytes({ memory }: Measured): number {
  const peak = memory.reduce((most, each) => (each.pssBytes > most.pssBytes ? each : most));
  print({
    figure: 'memory',
    // What several processes share (PostgreSQL's buffers, programs) counts once; summed RSS counts it in each.
    peakMegabytes: peak.pssBytes / 1e6,
    byProcess: peak.pssMegabytesByPart,
    peakRssMegabytes: Math.max(...memory.map(({ rssBytes }) => rssBytes)) / 1e6,
    slopeMegabytesAMinute: slopeBytesAMinute(memory) / 1e6,
    seconds,
    bar: bars.megabytes,
  });
  return peak.pssBytes / 1e6;
}

interface Loaded {
  readonly measured: Stored;
  readonly p99Ms: number;
  readonly megabytes: number;
  readonly share: number;
}

async function measure(folder: string): Promise<Loaded> {
  const platform = await startPlatform({ environment: { PLIMSOLL_RETENTION: '90' } });
  try {
    const clients = Number(values.clients);
    const load = await Load.start(folder, platform, clients, Number(values.rate));
    load.use(clients);
    await sleep(5_000);
    await load.rest();
    await sleep(3_000);
    const { p50Ms, p99Ms, requests } = await alone(load);
    print({ figure: 'one client, 512 spans a request', p50Ms, p99Ms, requests, bar: bars.ackP99Ms });

    load.use(clients);
    await sleep(4_000);
    const measured = await underLoad(platform, load);
    load.stop();
    printLoad(measured);
    const share = recomputeShare(measured);
    return { measured, p99Ms, share, megabytes: peakMegabytes(measured) };
  } finally {
    await platform.stop();
  }
}

function printRatio({ measured, p99Ms, megabytes, share }: Loaded, floors: Floors): void {
  const { report, cpu } = measured;
  const floor = floors.mainMicroseconds + floors.insertMicroseconds;
  const spansASecond = report.spans / report.seconds;
  const ratio = spansASecond / (cores / (floor / 1e6));
  print({
    figure: 'ratio',
    cores,
    floorMicroseconds: floor,
    ratio,
    // What the ratio would be if nobody else used the cores: from the CPU time of the platform and the sender alone.
    ratioOfCpu: floor / (((sum(Object.values(cpu)) + report.cpuSeconds) * 1e6) / report.spans),
    bars,
    met: {
      ratio: ratio >= bars.ratio,
      ackP99Ms: p99Ms <= bars.ackP99Ms,
      megabytes: megabytes <= bars.megabytes,
      spansASecond: spansASecond >= bars.spansASecond,
      recomputeShare: share < bars.recomputeShare,
    },
  });
}

const folder = await bundle(['throughput-load', 'throughput-floors']);
try {
  if (values['floors-only']) await measureFloors(folder, { rows: 1_000_000, warmRows: 600_000, rowsABlock: 18_432 });
  else {
    const loaded = await measure(folder);
    const { report, store } = loaded.measured;
    const warmRows = Math.max(0, store.rows - report.spans);
    printRatio(loaded, await measureFloors(folder, { rows: report.spans, warmRows, rowsABlock: store.rowsABlock }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
