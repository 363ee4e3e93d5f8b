/**
 * Whether a span costs more when more are stored: the platform under the same load at several sizes of the store.
 *
 *   npm run bench:store-growth -- [--sizes 100000,1000000] [--seconds 10] [--clients 32]
 *   npm run bench:store-growth -- --sizes 100000,10000000,50000000 --seconds 60 --quiet-seconds 65     the sizes of the bar
 *
 * What is stored before is made by INSERT SELECT: calls with short texts over the 30 days that end three days ago, with
 * their traces and minutes; nothing is scored. Prints a JSON line a size and one with the ratios to the first.
 */
import { rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ClickHouse } from '@plimsoll/clickhouse';
import { type Platform, startPlatform } from '../flows/platform.js';
import { bundle } from './bundle.js';
import { fillMinutes, fillSpans, fillTraces, isMerging, sizeOf, spansADay } from './store-growth.queries.js';
import { isRecompute, QuerySampler } from './throughput-queries.js';
import { Load, parts, printLine, storeOf, watch } from './throughput-run.js';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100000,1000000' },
    seconds: { type: 'string', default: '10' },
    clients: { type: 'string', default: '32' },
    /** No merge has run for so long before a size is measured; the engine looks for one every minute when it is idle. */
    'quiet-seconds': { type: 'string', default: '3' },
  },
});
const bar = 1.2;
/** Of a made span, its trace and its minute, with room for merges. */
const bytesPerSpan = 150;

interface Point {
  readonly stored: number;
  readonly cpuMicrosecondsPerSpan: number;
  readonly recomputeMicrosecondsPerSpan: number;
}

async function projectId(platform: Platform): Promise<string> {
  const { items } = await platform.api<{ items: { id: string; slug: string }[] }>('GET', '/api/v1/projects');
  const project = items.find(({ slug }) => slug === 'default');
  if (project === undefined) throw new Error('the project "default" is missing');
  return project.id;
}

/** Calls of one load would be scored under the next: what a score costs is another question. */
async function switchOffScorers(platform: Platform): Promise<void> {
  const { items } = await platform.api<{ items: { slug: string }[] }>('GET', '/api/v1/scorers');
  for (const { slug } of items) await platform.api('DELETE', `/api/v1/scorers/${slug}`);
}

/** A day after the other, as many at once as there are cores. */
async function fill(clickhouse: ClickHouse, project: string, from: number, to: number): Promise<void> {
  let at = from;
  const fillDays = async (): Promise<void> => {
    while (at < to) {
      const stretch = { project, from: at, count: Math.min(spansADay - (at % spansADay), to - at) };
      at += stretch.count;
      await fillSpans(clickhouse, stretch);
      await fillTraces(clickhouse, stretch);
    }
  };
  await Promise.all(Array.from({ length: cpus().length }, fillDays));
  await fillMinutes(clickhouse, project);
}

/** Merges of what was made, and passes over the load before, are no cost of what comes. */
async function settle(clickhouse: ClickHouse): Promise<void> {
  await sleep(10_000);
  for (let quiet = 0; quiet < Number(values['quiet-seconds']); quiet += 1) {
    await sleep(1_000);
    if (await isMerging(clickhouse)) quiet = -1;
  }
}

async function measure(platform: Platform, load: Load, clickhouse: ClickHouse): Promise<Point> {
  load.use(Number(values.clients));
  await sleep(3_000);
  const sampler = new QuerySampler(clickhouse, await platform.pid('ClickHouse'));
  const { report, cpu, statements } = await watch(platform, load, Number(values.seconds), sampler);
  await load.rest();
  const perSpan = (cpuSeconds: number): number => (cpuSeconds * 1e6) / report.spans;
  const all = Object.values(statements).reduce((sum, each) => sum + each, 0);
  const ofPasses = Object.entries(statements).filter(([subject]) => isRecompute(subject));
  const share = ofPasses.reduce((sum, [, spent]) => sum + spent, 0) / all;
  const size = await sizeOf(clickhouse);
  const point = {
    stored: size.spans,
    cpuMicrosecondsPerSpan: perSpan(Object.values(cpu).reduce((sum, each) => sum + each, 0)),
    recomputeMicrosecondsPerSpan: perSpan(cpu.ClickHouse * share),
  };
  printLine('store-growth', {
    ...point,
    ...size,
    spansASecond: report.spans / report.seconds,
    p99Ms: report.p99Ms,
    byProcess: Object.fromEntries(parts.map((part) => [part, perSpan(cpu[part])])),
    storeSecondsBySubject: statements,
  });
  return point;
}

async function run(folder: string): Promise<void> {
  const platform = await startPlatform({ environment: { PLIMSOLL_RETENTION: '90' } });
  const clickhouse = storeOf(platform, 300_000);
  try {
    const sizes = values.sizes.split(',').map(Number);
    const { bavail, bsize } = await statfs(platform.dataDir);
    const needed = Math.max(...sizes) * bytesPerSpan;
    if (bavail * bsize < needed) throw new Error(`the disk has less than ${needed / 1e9} GB free`);
    const project = await projectId(platform);
    await switchOffScorers(platform);
    const load = await Load.start(folder, platform, Number(values.clients));
    // Once without measuring: programs are compiled, caches fill.
    load.use(Number(values.clients));
    await sleep(5_000);
    await load.rest();
    const points: Point[] = [];
    let filled = 0;
    for (const size of sizes) {
      const began = performance.now();
      await fill(clickhouse, project, filled, size);
      filled = Math.max(filled, size);
      await settle(clickhouse);
      printLine('store-growth', { figure: 'filled', spans: filled, seconds: (performance.now() - began) / 1_000 });
      points.push(await measure(platform, load, clickhouse));
    }
    load.stop();
    const first = points[0]?.cpuMicrosecondsPerSpan ?? NaN;
    const ratios = points.map(
      ({ stored, cpuMicrosecondsPerSpan }) => [stored, cpuMicrosecondsPerSpan / first] as const,
    );
    const most = Math.max(...ratios.map(([, ratio]) => ratio));
    printLine('store-growth', {
      figure: 'ratio to the first',
      ratios: Object.fromEntries(ratios),
      bar,
      met: most <= bar,
    });
  } finally {
    await clickhouse.close();
    await platform.stop();
  }
}

const folder = await bundle(['throughput-load']);
try {
  await run(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
