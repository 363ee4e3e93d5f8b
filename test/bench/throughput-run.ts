/** A running platform under the bench's sender, and what that costs each of its processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouse, createClickHouse } from '@plimsoll/clickhouse';
import type { Platform, PlatformProcess } from '../flows/platform.js';
import type { LoadReport } from './throughput-load.js';
import { type Usage, usageOfTree } from './throughput-processes.js';
import { QuerySampler } from './throughput-queries.js';

export const parts = [
  'ingest',
  'ClickHouse',
  'worker',
  'api',
  'PostgreSQL',
] as const satisfies readonly PlatformProcess[];
type Part = (typeof parts)[number];
type Usages = Readonly<Record<Part, Usage>>;

interface MemorySample {
  readonly atSeconds: number;
  readonly rssBytes: number;
  readonly pssBytes: number;
  readonly pssMegabytesByPart: Readonly<Record<string, number>>;
}

export interface Measured {
  readonly report: LoadReport;
  /** CPU seconds of each process. */
  readonly cpu: Readonly<Record<Part, number>>;
  readonly memory: readonly MemorySample[];
  /** CPU seconds of the store by what it did; empty where that was not asked for. */
  readonly statements: Readonly<Record<string, number>>;
}

/** The sender, and the one channel to it. */
export class Load {
  private constructor(private readonly child: ChildProcess) {}

  /** `folder` holds the bundled benches; `rate` is in spans a second, 0 for as many as are taken. */
  static async start(folder: string, platform: Platform, mostClients: number, rate = 0): Promise<Load> {
    const args = ['--url', platform.otlpUrl, '--key', platform.key, '--rate', `${rate}`];
    const load = new Load(fork(join(folder, 'throughput-load.js'), [...args, '--most-clients', `${mostClients}`]));
    await load.heard();
    return load;
  }

  use(clients: number): void {
    this.child.send({ clients });
  }

  /** Sends nothing more, and waits for the answers that are still to come. */
  async rest(): Promise<void> {
    this.use(0);
    while ((await this.report()).outstanding > 0) await sleep(200);
  }

  /** What was acknowledged since the last report. */
  report(): Promise<LoadReport> {
    const heard = this.heard<LoadReport>();
    this.child.send({ report: true });
    return heard;
  }

  stop(): void {
    this.child.disconnect();
  }

  private heard<Message>(): Promise<Message> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the sender ended with ${code}`));
      this.child.once('exit', ended);
      this.child.once('message', (message) => {
        this.child.off('exit', ended);
        resolve(message as Message);
      });
    });
  }
}

/** The platform's own ClickHouse. */
export function storeOf(platform: Platform, queryTimeoutMs = 60_000): ClickHouse {
  const read = (name: string): string => readFileSync(join(platform.dataDir, name), 'utf8').trim();
  const { clickhouse } = JSON.parse(read('ports.json')) as { clickhouse: number };
  return createClickHouse({
    url: `http://127.0.0.1:${clickhouse}/default`,
    password: read('clickhouse.password'),
    queryTimeoutMs,
  });
}

/** Watches a platform that is under load already. */
export async function watch(
  platform: Platform,
  load: Load,
  seconds: number,
  sampler: QuerySampler | null,
): Promise<Measured> {
  await load.report();
  const before = await usages(platform);
  const memory: MemorySample[] = [];
  const began = performance.now();
  for (let at = 1; at <= seconds; at += 1) {
    await sleep(Math.max(0, began + at * 1_000 - performance.now()));
    memory.push(memorySample(at, await usages(platform)));
  }
  const [after, report] = [await usages(platform), await load.report()];
  const statements = (await sampler?.stop()) ?? {};
  const cpu = Object.fromEntries(parts.map((part) => [part, after[part].cpuSeconds - before[part].cpuSeconds]));
  return { report, cpu: cpu as Record<Part, number>, memory, statements };
}

async function usages(platform: Platform): Promise<Usages> {
  const entries = await Promise.all(parts.map(async (part) => [part, usageOfTree(await platform.pid(part))] as const));
  return Object.fromEntries(entries) as Record<Part, Usage>;
}

function memorySample(atSeconds: number, usage: Usages): MemorySample {
  const total = (of: 'rssBytes' | 'pssBytes'): number => parts.reduce((sum, part) => sum + usage[part][of], 0);
  const byPart = parts.map((part) => [part, Math.round(usage[part].pssBytes / 1e6)] as const);
  return {
    atSeconds,
    rssBytes: total('rssBytes'),
    pssBytes: total('pssBytes'),
    pssMegabytesByPart: Object.fromEntries(byPart),
  };
}

/** Bytes a minute by least squares; the first third, in which caches fill, is left out. */
export function slopeBytesAMinute(samples: readonly MemorySample[]): number {
  const late = samples.slice(Math.floor(samples.length / 3));
  const mean = (figures: readonly number[]): number => figures.reduce((sum, each) => sum + each, 0) / figures.length;
  const at = mean(late.map(({ atSeconds }) => atSeconds));
  const bytes = mean(late.map(({ pssBytes }) => pssBytes));
  const above = late.reduce((sum, each) => sum + (each.atSeconds - at) * (each.pssBytes - bytes), 0);
  return (above / late.reduce((sum, each) => sum + (each.atSeconds - at) ** 2, 0)) * 60;
}

/** As a line of JSON, figures with four digits. */
export function printLine(bench: string, line: object): void {
  const rounded = (value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  console.log(JSON.stringify({ bench, ...line }, (_, value: unknown) => rounded(value)));
}
