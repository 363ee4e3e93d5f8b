import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PlimsollError, type Project, type Role, roles, type Settings } from '@plimsoll/contract';
import { lockDataDir, type ProcessEvents, SupervisedProcess } from '@plimsoll/embedded';
import { ApiClient } from './api-client.js';
import { type Engines, type Environment, startEngines } from './engines.js';
import { cliEntry, demoEntry, serverEntry } from './entries.js';
import { type Ports, settlePorts } from './ports.js';
import { type Progress, terminalProgress } from './progress.js';
import { removeRunning, writeRunning } from './running.js';
import { startText } from './start-text.js';

/** A log that grew beyond this is set aside once at the next start. */
const logBytes = 16 * 1024 * 1024;

interface Stoppable {
  readonly name: string;
  pid(): number | undefined;
  stop(): Promise<void>;
}

interface Run {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly progress: Progress;
  readonly ports: Ports;
  readonly events: ProcessEvents;
  /** What is to be ended, in the order of its start. */
  readonly running: Stoppable[];
}

function prepareLogs(dataDir: string): void {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.endsWith('.log') && statSync(path).size > logBytes) renameSync(path, `${path}.1`);
  }
}

/** A secret that is made once and kept in the data directory. */
function keptSecret(file: string, make: () => string): string {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** Runs `plimsoll migrate` as a process of its own: what it loads would stay in the memory of this one. */
async function migrateStores(engines: Engines, environment: Environment, progress: Progress): Promise<void> {
  const { clickhouseUrl, databaseUrl } = engines;
  const env = { ...environment, CLICKHOUSE_URL: clickhouseUrl, DATABASE_URL: databaseUrl };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [cliEntry, 'migrate'], { env });
    const count = stdout.split('\n').filter((line) => line.startsWith('applied ')).length;
    progress.say(count === 0 ? 'The schemas are up to date' : `${count} migrations applied`);
  } catch (cause) {
    const words = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new PlimsollError('unavailable', words.replace(/^plimsoll: /, ''), { cause });
  }
}

/** Ingest makes much short-lived garbage and keeps V8's own sizes; the others collect sooner and stay small. */
const smallHeap = ['--max-semi-space-size=8', '--heap-growing-percent=50'];
/** A start that takes longer hangs. On an overloaded machine it only takes long, and to begin again would take longer. */
const serverReadyWithinMs = 180_000;

const memoryFlags: Readonly<Record<Role, readonly string[]>> = {
  ingest: [],
  worker: smallHeap,
  api: smallHeap,
};

function serverProcess(run: Run, role: Role, environment: Environment): SupervisedProcess {
  return new SupervisedProcess(
    {
      name: role,
      command: process.execPath,
      args: [...memoryFlags[role], serverEntry],
      environment: { ...environment, PLIMSOLL_ROLES: role },
      logFile: join(run.settings.dataDir, 'logs', `${role}.log`),
      ipc: true,
      isReady: (said) => typeof said === 'object' && said !== null && 'ready' in said,
      readyWithinMs: serverReadyWithinMs,
    },
    run.events,
  );
}

async function startServers(run: Run, engines: Engines, bootstrapKey: string): Promise<void> {
  const { settings, ports } = run;
  const environment = {
    ...run.environment,
    PLIMSOLL_PORT: `${ports.api}`,
    PLIMSOLL_OTLP_HTTP_PORT: `${ports.otlpHttp}`,
    PLIMSOLL_OTLP_GRPC_PORT: `${ports.otlpGrpc}`,
    PLIMSOLL_WORKER_PORT: `${ports.worker}`,
    PLIMSOLL_DATA_DIR: settings.dataDir,
    PLIMSOLL_BOOTSTRAP_API_KEY: bootstrapKey,
    CLICKHOUSE_URL: engines.clickhouseUrl,
    DATABASE_URL: engines.databaseUrl,
  };
  await Promise.all(
    roles
      .filter((role) => settings.roles.includes(role))
      .map(async (role) => {
        const server = serverProcess(run, role, environment);
        run.running.push({ name: role, pid: () => server.pid, stop: () => server.stop() });
        await server.start();
        run.progress.say(`${role} is up`);
      }),
  );
}

function urlHost({ host }: Settings): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function apiUrl(settings: Settings, ports: Ports): string {
  return `http://${urlHost(settings)}:${ports.api}`;
}

function otlpUrl(settings: Settings, ports: Ports): string {
  return `http://${urlHost(settings)}:${ports.otlpHttp}`;
}

/** The project `demo`, made when nothing was ever sent; null when it is unwanted or there is real data already. */
async function demoProject(run: Run, api: ApiClient): Promise<Project | null> {
  if (!run.settings.demo || !existsSync(demoEntry)) return null;
  const known = (await api.projects()).find((project) => project.slug === 'demo');
  if (known !== undefined) return known;
  return (await api.hasSpans()) ? null : api.createDemoProject();
}

async function startDemo(run: Run, api: ApiClient): Promise<boolean> {
  const { settings, ports } = run;
  const project = await demoProject(run, api);
  if (project === null) return false;
  const keyFile = join(settings.dataDir, 'demo.key');
  if (!existsSync(keyFile)) {
    writeFileSync(keyFile, await api.createKey(project.id, 'demo', ['ingest', 'read', 'write', 'admin']), {
      mode: 0o600,
    });
  }
  const demo = new SupervisedProcess(
    {
      name: 'demo',
      command: process.execPath,
      args: [demoEntry],
      environment: {
        ...run.environment,
        PLIMSOLL_DEMO_API_URL: apiUrl(settings, ports),
        PLIMSOLL_DEMO_OTLP_URL: otlpUrl(settings, ports),
        PLIMSOLL_DEMO_API_KEY: readFileSync(keyFile, 'utf8').trim(),
      },
      logFile: join(settings.dataDir, 'logs', 'demo.log'),
      ipc: true,
      // It fills the store for a while; nobody waits for it.
      isReady: () => true,
      readyWithinMs: 10_000,
      fatalExitCodes: [0],
    },
    run.events,
  );
  run.running.push({ name: 'demo', pid: () => demo.pid, stop: () => demo.stop(5_000) });
  await demo.start();
  return true;
}

/** Answers a parent that started this program with a message channel: which process is which, now. */
function answerProcessQuestions(running: readonly Stoppable[]): void {
  process.on('message', (message: unknown) => {
    if (message !== 'processes') return;
    const parts = running.map((part) => [part.name, part.pid() ?? null] as const);
    process.send?.({ processes: { supervisor: process.pid, ...Object.fromEntries(parts) } });
  });
}

async function stopAll(running: Stoppable[], progress: Progress): Promise<void> {
  // The demo and the servers first and together, then the engines they use.
  const engines = running.filter(({ name }) => name === 'PostgreSQL' || name === 'ClickHouse');
  const rest = running.filter((part) => !engines.includes(part));
  for (const group of [rest, engines]) {
    const results = await Promise.allSettled(group.map((part) => part.stop()));
    for (const result of results) if (result.status === 'rejected') progress.warn(String(result.reason));
  }
}

/** Resolves at the first request to stop; a second one, later than a double signal of the terminal, ends at once. */
function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    let askedAt = 0;
    const ask = (): void => {
      if (askedAt === 0) {
        askedAt = Date.now();
        resolve();
      } else if (Date.now() - askedAt > 1_000) {
        process.exit(130);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    if (process.connected) process.once('disconnect', ask);
  });
}

async function bringUp(run: Run): Promise<void> {
  const { settings, progress, ports } = run;
  const engines = await startEngines(settings, ports, run.environment, run.events, (engine, name) => {
    run.running.push({ name, pid: () => engine.pid(), stop: () => engine.stop() });
    progress.say(`${name} is up`);
  });
  await migrateStores(engines, run.environment, progress);
  const makeKey = () => `plk_${randomBytes(4).toString('hex')}_${randomBytes(24).toString('base64url')}`;
  const bootstrapKey = settings.bootstrapApiKey ?? keptSecret(join(settings.dataDir, 'bootstrap.key'), makeKey);
  await startServers(run, engines, bootstrapKey);
  if (!settings.roles.includes('api')) return;

  const api = new ApiClient(apiUrl(settings, ports), bootstrapKey);
  await api.signIn();
  const ingestKeyFile = join(settings.dataDir, 'ingest.key');
  if (!existsSync(ingestKeyFile)) {
    const first = (await api.projects()).find((project) => !project.simulated);
    if (first === undefined) throw new Error('the default project is missing');
    writeFileSync(ingestKeyFile, await api.createKey(first.id, 'first key', ['ingest']), { mode: 0o600 });
  }
  const demo = await startDemo(run, api);
  await api.signOut();
  const dashboard = (settings.publicUrl ?? apiUrl(settings, ports)).replace(/\/$/, '');
  writeRunning(settings.dataDir, { pid: process.pid, apiUrl: apiUrl(settings, ports), dashboardUrl: dashboard });
  progress.show(
    startText({
      dashboard,
      otlp: otlpUrl(settings, ports),
      otlpGrpc: `http://${urlHost(settings)}:${ports.otlpGrpc}`,
      demo,
      token: await api.signInToken(),
      ingestKey: readFileSync(ingestKeyFile, 'utf8').trim(),
      logs: join(settings.dataDir, 'logs'),
      metrics: [ports.api, ports.otlpHttp, ports.worker].map((port) => `http://${urlHost(settings)}:${port}/metrics`),
    }),
  );
  process.send?.({ ready: { apiUrl: apiUrl(settings, ports), otlpUrl: otlpUrl(settings, ports) } });
}

/** `plimsoll start`: everything up, then wait for a request to stop. */
export async function start(given: Settings, environment: Environment): Promise<void> {
  const settings: Settings = { ...given, dataDir: resolve(given.dataDir) };
  const progress = terminalProgress();
  const lock = lockDataDir(settings.dataDir);
  const running: Stoppable[] = [];
  const stopping = stopRequest();
  answerProcessQuestions(running);
  try {
    if (lock.tookOver !== null) progress.warn(lock.tookOver);
    prepareLogs(settings.dataDir);
    const ports = await settlePorts(settings, progress);
    progress.say(`Starting Plimsoll, data in ${settings.dataDir}`);
    const events: ProcessEvents = {
      onDeath: (line, willRestart) => progress.warn(`${line}${willRestart ? '; restarting' : ''}`),
      onRestarted: (name) => progress.say(`${name} is up again`),
    };
    // Two malloc arenas instead of eight a core: a third less memory for processes with many threads.
    const childEnvironment = { MALLOC_ARENA_MAX: '2', ...environment };
    const up = bringUp({ settings, environment: childEnvironment, progress, ports, events, running });
    await Promise.race([up, stopping]);
    await stopping;
    progress.say('Stopping ...');
    // A start that was interrupted fails when its engines go; that is no news.
    up.catch(() => undefined);
  } finally {
    removeRunning(settings.dataDir);
    await stopAll(running, progress);
    lock.release();
  }
  progress.say('Stopped');
  process.exit(0);
}
