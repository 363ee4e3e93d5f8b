import { accessSync, constants, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Settings } from '@plimsoll/contract';
import { choosePort, partsPutAside } from '@plimsoll/embedded';

interface Finding {
  readonly ok: boolean;
  readonly line: string;
}

const gibibyte = 1024 ** 3;

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { ok, line: `Node ${process.versions.node}${ok ? '' : ': 20.19 or newer is needed'}` };
}

function checkPlatform(): Finding {
  const name = `${process.platform}-${process.arch}`;
  const ok = name === 'linux-x64' || name === 'linux-arm64';
  return {
    ok,
    line: `platform ${name}${ok ? '' : ': embedded engines exist for Linux only; set DATABASE_URL and CLICKHOUSE_URL'}`,
  };
}

function checkDataDir(settings: Settings): Finding {
  const dataDir = resolve(settings.dataDir);
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
    const { bavail, bsize } = statfsSync(dataDir);
    const free = (bavail * bsize) / gibibyte;
    return {
      ok: free >= 2,
      line: `data directory ${dataDir}, ${free.toFixed(1)} GiB free${free >= 2 ? '' : ': 2 GiB are needed'}`,
    };
  } catch (error) {
    return { ok: false, line: `data directory ${dataDir}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Nothing that keeps the platform from running, but somebody should look: it may hold what is nowhere else. */
function checkParts(settings: Settings): Finding[] {
  if (settings.clickhouseUrl !== undefined) return [];
  const { parts, bytes, oldest } = partsPutAside(join(resolve(settings.dataDir), 'clickhouse'));
  if (oldest === null) return [];
  const size = `${(bytes / 1e6).toFixed(1)} MB, the oldest of ${oldest.toISOString().slice(0, 10)}`;
  const line = `ClickHouse has put aside ${parts} parts that were not whole (${size}): docs/clickhouse.md says what to do`;
  return [{ ok: true, line }];
}

function checkMemory(): Finding {
  let limit = totalmem();
  try {
    const cgroup = readFileSync('/sys/fs/cgroup/memory.max', 'utf8').trim();
    if (cgroup !== 'max') limit = Math.min(limit, Number(cgroup));
  } catch {
    // No cgroup limit here.
  }
  const size = limit / gibibyte;
  return { ok: size >= 2, line: `memory ${size.toFixed(1)} GiB${size >= 2 ? '' : ': 2 GiB are needed'}` };
}

async function checkPort(settings: Settings, setting: string, port: number): Promise<Finding> {
  const explicit = settings.explicit.has(setting);
  try {
    const choice = await choosePort({ setting, port, host: settings.host, explicit });
    return { ok: true, line: choice.moved === null ? `port ${port} (${setting}) is free` : choice.moved };
  } catch (error) {
    return { ok: false, line: error instanceof Error ? error.message : String(error) };
  }
}

/** Tells whether something listens where a setting points; no password is used or shown. */
async function checkReachable(setting: string, url: string | undefined): Promise<Finding> {
  if (url === undefined) return { ok: true, line: `${setting} is not set: the embedded one is used` };
  const { connect } = await import('node:net');
  const { hostname, port, protocol } = new URL(url);
  const defaults: Record<string, number> = { 'http:': 80, 'https:': 443, 'postgres:': 5432, 'postgresql:': 5432 };
  const target = Number(port) || (defaults[protocol] ?? 6379);
  const ok = await new Promise<boolean>((done) => {
    const socket = connect({ host: hostname, port: target, timeout: 5_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
  return { ok, line: `${setting} ${hostname}:${target} ${ok ? 'answers' : 'does not answer'}` };
}

/** `plimsoll doctor`: one line a finding; exit code 1 when something would keep the platform from running. */
export async function doctor(settings: Settings): Promise<number> {
  const findings = [
    checkNode(),
    checkPlatform(),
    checkMemory(),
    checkDataDir(settings),
    ...checkParts(settings),
    await checkPort(settings, 'PLIMSOLL_PORT', settings.port),
    await checkPort(settings, 'PLIMSOLL_OTLP_HTTP_PORT', settings.otlpHttpPort),
    await checkPort(settings, 'PLIMSOLL_OTLP_GRPC_PORT', settings.otlpGrpcPort),
    await checkReachable('CLICKHOUSE_URL', settings.clickhouseUrl),
    await checkReachable('DATABASE_URL', settings.databaseUrl),
    await checkReachable('REDIS_URL', settings.redisUrl),
  ];
  for (const { ok, line } of findings) process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${line}\n`);
  return findings.every((finding) => finding.ok) ? 0 : 1;
}
