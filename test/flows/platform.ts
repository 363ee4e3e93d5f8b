import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@plimsoll/embedded';

export type PlatformProcess = 'supervisor' | 'ingest' | 'worker' | 'api' | 'demo' | 'PostgreSQL' | 'ClickHouse';

export interface PlatformOptions {
  /** Settings on top of those of the harness: `PLIMSOLL_RETENTION: '90'`, `REDIS_URL`, ... */
  readonly environment?: Readonly<Record<string, string>>;
  /** Off unless a test is about the demo. */
  readonly demo?: boolean;
  /** Folder in which the data directory is made; that of temporary files unless a test is about its disk. */
  readonly dataParent?: string;
}

/** The real platform, started by the command line, with its own ports and data. */
export interface Platform {
  /** Base of the API and the dashboard, without a slash at the end. */
  readonly apiUrl: string;
  /** Base of the OTLP port: append `/v1/traces`. */
  readonly otlpUrl: string;
  /** Full-scope key of the project `default`. */
  readonly key: string;
  readonly dataDir: string;
  /** Everything that `plimsoll start` has printed so far. */
  output(): string;
  /** Process id of a part, as it is now: a restarted part has a new one. */
  pid(part: PlatformProcess): Promise<number>;
  /** Fetch of an API path with the key; JSON in and out. Throws with the problem's text when the answer is no success. */
  api<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
  /** A one-time sign-in address of the dashboard. */
  signInUrl(): Promise<string>;
  /** Ends everything in order and removes the data. */
  stop(): Promise<void>;
}

const entry = fileURLToPath(new URL('../../apps/cli/bin/plimsoll.mjs', import.meta.url));
/** A hang is a failure, a busy machine is none. */
const readyWithinMs = 240_000;

interface ReadyMessage {
  readonly ready: { readonly apiUrl: string; readonly otlpUrl: string };
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'ready' in message;
}

function waitUntilReady(child: ChildProcess, output: () => string): Promise<ReadyMessage['ready']> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the platform was not ready within ${readyWithinMs / 1000} s:\n${output()}`)),
      readyWithinMs,
    );
    child.on('message', (message) => {
      if (!isReady(message)) return;
      clearTimeout(timer);
      resolve(message.ready);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the platform ended with exit code ${code}:\n${output()}`));
    });
  });
}

function processIds(child: ChildProcess): Promise<Readonly<Record<string, number | null>>> {
  return new Promise((resolve) => {
    const hear = (message: unknown): void => {
      if (typeof message !== 'object' || message === null || !('processes' in message)) return;
      child.off('message', hear);
      resolve(message.processes as Readonly<Record<string, number | null>>);
    };
    child.on('message', hear);
    child.send('processes');
  });
}

async function processId(child: ChildProcess, part: PlatformProcess): Promise<number> {
  // Between a death and the restart there is no process for a moment.
  for (let tries = 0; tries < 200; tries += 1) {
    const pid = (await processIds(child))[part];
    if (typeof pid === 'number') return pid;
    await sleep(50);
  }
  throw new Error(`there is no process of ${part}`);
}

async function stopPlatform(child: ChildProcess, dataDir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
    await gone;
    clearTimeout(timer);
  }
  rmSync(dataDir, { recursive: true, force: true });
}

/** Starts the built platform (`npm run build` first) on free ports with an empty store and waits until it is ready. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const dataDir = mkdtempSync(join(options.dataParent ?? tmpdir(), 'plimsoll-flow-'));
  // PostgreSQL may run as another user than this one.
  chmodSync(dataDir, 0o755);
  const key = `plk_flow0001_${'0123456789abcdef'.repeat(2)}`;
  const [port, otlpHttp, otlpGrpc] = await Promise.all([freePort(), freePort(), freePort()]);
  const child = spawn(process.execPath, [entry, 'start'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PLIMSOLL_DATA_DIR: dataDir,
      PLIMSOLL_PORT: `${port}`,
      PLIMSOLL_OTLP_HTTP_PORT: `${otlpHttp}`,
      PLIMSOLL_OTLP_GRPC_PORT: `${otlpGrpc}`,
      PLIMSOLL_BOOTSTRAP_API_KEY: key,
      PLIMSOLL_DEMO: options.demo === true ? 'on' : 'off',
      // Recorded bodies have fixed dates.
      PLIMSOLL_RETENTION: 'forever',
      ...options.environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    const { apiUrl, otlpUrl } = await waitUntilReady(child, () => output);
    const api = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      return (text === '' ? null : JSON.parse(text)) as T;
    };
    return {
      apiUrl,
      otlpUrl,
      key,
      dataDir,
      output: () => output,
      pid: (part) => processId(child, part),
      api,
      signInUrl: async () => {
        const { token } = await api<{ token: string }>('POST', '/api/v1/sign-in-links');
        return `${apiUrl}/sign-in?token=${token}`;
      },
      stop: () => stopPlatform(child, dataDir),
    };
  } catch (error) {
    const logs = ['api', 'ingest', 'worker'].map((name) => {
      try {
        return `--- ${name}\n${readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8').slice(-2_000)}`;
      } catch {
        return '';
      }
    });
    await stopPlatform(child, dataDir);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${logs.join('\n')}`, { cause: error });
  }
}
