import { jobs, PlimsollError } from '@plimsoll/contract';
import {
  assertSchemaCompatibility,
  type ConnectionOptions,
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  type PostgresConnectionOptions,
  runMigrations,
  SchemaMigrationRequiredError,
  setDefaultBackendFactory,
} from 'bullmq';
import { Redis } from 'ioredis';
import { Pool, type PoolClient } from 'pg';

export interface QueueStores {
  readonly databaseUrl: string;
  /** Replaces PostgreSQL as the queue's store; several thousand orders a second instead of some hundred. */
  readonly redisUrl?: string | undefined;
}

export interface QueueBackend {
  readonly kind: 'postgres' | 'redis';
  /** The `connection` option of every Queue and Worker of this process. */
  readonly connection: ConnectionOptions;
  /** Throws when the store does not answer. */
  ping(): Promise<void>;
  /** After all queues and workers are closed. */
  close(): Promise<void>;
}

/** BullMQ's tables live in a schema of their own beside ours. */
const queueSchema = 'bullmq';
/** Each worker keeps one connection for LISTEN; the rest is for the short commands of all. */
const poolSize = Object.keys(jobs).length + 6;
/** Every Queue, every Worker and the scheduler of each listens for errors of the pool that they share: so many, and no leak. */
const poolListeners = 4 * Object.keys(jobs).length + 1;

/** A start waits so long for one that makes the tables at the same time; then it fails, and is tried again. */
const lockTimeoutMs = 15_000;

async function isMigrated(client: PoolClient): Promise<boolean> {
  try {
    return (await assertSchemaCompatibility(client, queueSchema)) >= LATEST_SCHEMA_VERSION;
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return false;
    throw error;
  }
}

/**
 * Makes BullMQ's tables where they are missing. `runMigrations` alone takes its advisory lock and the strongest lock of its
 * ledger at every start, and waits for both without end: behind any session that has read the ledger and still lives.
 */
async function migrateOnce(client: PoolClient): Promise<void> {
  if (await isMigrated(client)) return;
  await client.query(`SET lock_timeout = ${lockTimeoutMs}`);
  await runMigrations(client, queueSchema);
  await client.query('RESET lock_timeout');
}

async function connectPostgres(databaseUrl: string): Promise<QueueBackend> {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: poolSize,
    keepAlive: true,
    application_name: 'plimsoll-queue',
    options: `-c search_path="${queueSchema}"`,
  });
  // An idle connection that drops is replaced at the next use; without a listener it would end the process.
  pool.setMaxListeners(poolListeners);
  pool.on('error', () => undefined);
  const client = await pool.connect();
  try {
    await migrateOnce(client);
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
  setDefaultBackendFactory<ReturnType<typeof createPostgresBackend>, PostgresConnectionOptions>(createPostgresBackend);
  return {
    kind: 'postgres',
    // Nest's typings know Redis connections only; the factory set above takes the pool.
    connection: pool as unknown as ConnectionOptions,
    ping: async () => {
      await pool.query('SELECT 1');
    },
    close: () => pool.end(),
  };
}

async function connectRedis(redisUrl: string): Promise<QueueBackend> {
  // Workers block on the server, so a command must be allowed to wait for a reconnect.
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null, lazyConnect: true });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
  } catch (cause) {
    redis.disconnect();
    throw new PlimsollError('unavailable', 'REDIS_URL: the server does not answer', { field: 'REDIS_URL', cause });
  }
  setDefaultBackendFactory();
  return {
    kind: 'redis',
    connection: redis,
    ping: async () => {
      await redis.ping();
    },
    close: async () => {
      await redis.quit();
    },
  };
}

/** Chooses the queue's store for this process; call it once, before any Queue or Worker (or the Nest module) is made. */
export function connectQueue(stores: QueueStores): Promise<QueueBackend> {
  return stores.redisUrl === undefined ? connectPostgres(stores.databaseUrl) : connectRedis(stores.redisUrl);
}
