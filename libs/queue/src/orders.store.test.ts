import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobDefinition, jobs } from '@plimsoll/contract';
import { freePort } from '@plimsoll/embedded';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import { type Job, MIGRATION_ADVISORY_LOCK_KEY, Queue, Worker } from 'bullmq';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectQueue, type QueueBackend } from './backend.js';
import { addOrder, orderOptions, queueNames, runJob, scheduleOrders } from './orders.js';
import { tellErrors } from './tell-errors.js';

async function until(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    if (await check()) return;
    await sleep(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Store {
  connect(): Promise<QueueBackend>;
  stop(): Promise<void>;
}

async function postgresStore(): Promise<Store> {
  const server: TestPostgres = await startTestPostgres();
  return { connect: () => connectQueue({ databaseUrl: server.url }), stop: () => server.stop() };
}

async function redisStore(): Promise<Store> {
  const port = await freePort();
  const server = spawn('redis-server', ['--port', `${port}`, '--save', '', '--bind', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve) => {
    server.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to accept connections')) resolve();
    });
  });
  const redisUrl = `redis://127.0.0.1:${port}`;
  return {
    connect: () => connectQueue({ databaseUrl: 'postgres://unused', redisUrl }),
    stop: async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await gone;
    },
  };
}

const stores = [
  { kind: 'postgres', start: postgresStore, skip: false },
  // apt-get install redis-server
  { kind: 'redis', start: redisStore, skip: !hasRedis() },
] as const;

describe.each(stores)('work orders on $kind', ({ kind, start, skip }) => {
  let store: Store;
  let backend: QueueBackend;
  let queue: Queue;
  const told: string[] = [];

  beforeAll(async () => {
    if (skip) return;
    store = await start();
    backend = await store.connect();
    queue = new Queue('gpu', { connection: backend.connection });
    tellErrors(queue, (line) => told.push(line));
  });

  afterAll(async () => {
    if (skip) return;
    await queue.close();
    await backend.close();
    await store.stop();
    // A failing order is told; what the end of the store drops is nobody's trouble any more, and no page of text.
    expect(told.filter((line) => line.startsWith('order '))).toEqual([
      'order gpu.unknown: queue gpu has no order "unknown" (invalid_input)',
    ]);
    expect(told.every((line) => line.length < 200)).toBe(true);
  });

  test.skipIf(skip)('the store is the chosen one and answers', async () => {
    expect(backend.kind).toBe(kind);
    await backend.ping();
  });

  test.skipIf(skip)('scheduled orders reach their handler, equal ids are absorbed, nothing stays behind', async () => {
    await scheduleOrders('gpu', queue);
    await scheduleOrders('gpu', queue);
    const scheduled = Object.values<JobDefinition>(jobs.gpu).filter((job) => job.every !== undefined);
    expect(await queue.getJobSchedulersCount()).toBe(scheduled.length);
    await addOrder<'gpu', 'scrape'>(queue, 'scrape', {}, 'same:id');
    await addOrder<'gpu', 'scrape'>(queue, 'scrape', {}, 'same:id');
    await queue.add('unknown', {}, { ...orderOptions, attempts: 1 });
    let ran = 0;
    const failures: string[] = [];
    const handlers = { scrape: async () => void (ran += 1) };
    const worker = new Worker('gpu', (job: Job) => runJob('gpu', handlers, job), { connection: backend.connection });
    tellErrors(worker, (line) => told.push(line));
    worker.on('failed', (_job, error) => failures.push(error.message));
    await until(() => ran === 2 && failures.length === 1, 'the orders to run');
    await worker.close();
    expect(failures).toEqual(['queue gpu has no order "unknown"']);
    expect(await queue.getJobCounts('completed', 'failed', 'wait')).toEqual({ completed: 0, failed: 0, wait: 0 });
    await addOrder<'gpu', 'scrape'>(queue, 'scrape', {}, 'same:id');
    expect(await queue.getWaitingCount()).toBe(1);
  });

  // Only PostgreSQL has tables.
  if (kind === 'postgres') {
    test('a start waits for nobody once the tables are there', async () => {
      const pool = backend.connection as unknown as Pool;
      const other = await pool.connect();
      await other.query('BEGIN');
      // A starter that hangs, and a reader that does not end.
      await other.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [MIGRATION_ADVISORY_LOCK_KEY, 'bullmq']);
      await other.query('SELECT count(*) FROM migration');
      const second = await store.connect();
      await second.ping();
      await second.close();
      await other.query('ROLLBACK');
      other.release();
    });
  }

  test.skipIf(skip)('all queues and workers of a process share it without a warning of a leak', async () => {
    const warnings: string[] = [];
    const note = ({ name, message }: Error): void => void warnings.push(`${name}: ${message}`);
    process.on('warning', note);
    const { connection } = backend;
    const all = queueNames.flatMap((name) => [
      new Queue(name, { connection }),
      new Worker(name, () => Promise.resolve(), { connection }),
    ]);
    for (const each of all) tellErrors(each, (line) => told.push(line));
    await Promise.all(all.map((each) => each.waitUntilReady()));
    // Warnings are told on a later turn.
    await sleep(50);
    await Promise.all(all.map((each) => each.close()));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

test('every queue is a capability with at least one order', () => {
  expect(queueNames).toContain('rollups');
});
