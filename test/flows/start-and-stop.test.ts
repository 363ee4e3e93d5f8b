import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, type PlatformProcess, startPlatform } from './platform.js';

let platform: Platform;
let firstDataDir: string;

beforeAll(async () => {
  platform = await startPlatform();
  firstDataDir = platform.dataDir;
});

afterAll(async () => {
  await platform.stop();
  rmSync(firstDataDir, { recursive: true, force: true });
});

const parts: readonly PlatformProcess[] = ['ingest', 'worker', 'api', 'PostgreSQL', 'ClickHouse'];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${platform.apiUrl}${path}`, init);
}

test('the terminal shows where to go and what to paste', async () => {
  await expect.poll(() => platform.output()).toContain('Ctrl-C stops everything');
  const output = platform.output();
  expect(output).toMatch(/Sign in \(once\)\s+http:\/\/\S+\/sign-in\?token=\S+/);
  expect(output).toMatch(/export OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/\S+/);
  expect(output).toMatch(/export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20plk_[a-z0-9]+_\S+/);
});

test('probes and metrics answer without a key on both ports', async () => {
  for (const base of [platform.apiUrl, platform.otlpUrl]) {
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    const ready = await fetch(`${base}/readyz`);
    expect(await ready.json()).toMatchObject({ status: 'ready' });
    expect(await (await fetch(`${base}/metrics`)).text()).toContain('process_cpu_seconds_total');
  }
});

test('the worker has probes and metrics on a port of its own', async () => {
  const metrics = /Metrics\s+.*(http:\S+)\/metrics$/m.exec(platform.output())?.[1];
  expect(await (await fetch(`${metrics}/readyz`)).json()).toMatchObject({ status: 'ready' });
  expect(await (await fetch(`${metrics}/metrics`)).text()).toContain('plimsoll_');
  expect((await fetch(`${metrics}/api/v1/projects`)).status).toBe(404);
});

test('a start that fails ends at once and names the setting', async () => {
  const started = startPlatform({ environment: { DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none' } });
  await expect(started).rejects.toThrow('PostgreSQL (DATABASE_URL) at 127.0.0.1:1 is not reachable');
});

test('a data directory in use is refused with the way out', async () => {
  const second = startPlatform({ environment: { PLIMSOLL_DATA_DIR: platform.dataDir } });
  await expect(second).rejects.toThrow(/is in use by another Plimsoll \(process \d+\); stop it/);
});

test('the API describes itself', async () => {
  const document = (await (await call('/api/openapi.json')).json()) as { openapi: string; paths: object };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toContain('/api/v1/keys');
  const docs = await call('/api/docs');
  expect(docs.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect((await call('/api/docs/assets/swagger-ui-bundle.js')).status).toBe(200);
});

test.each([
  ['no key', {}, 401, 'no API key'],
  ['an unknown key', { authorization: 'Bearer plk_nobody00_0123456789abcdef' }, 401, 'unknown or revoked'],
  ['another scheme', { authorization: 'Digest abc' }, 401, 'header authorization'],
])('%s is refused with its cause', async (_, headers, status, words) => {
  const response = await call('/api/v1/session', { headers });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(await response.json()).toMatchObject({ status, detail: expect.stringContaining(words) });
});

test('a key does what its scopes say until it is revoked', async () => {
  const made = await platform.api<{ id: string; secret: string; prefix: string }>('POST', '/api/v1/keys', {
    name: 'reader',
    scopes: ['read'],
  });
  const headers = { authorization: `Bearer ${made.secret}` };
  expect((await call('/api/v1/projects', { headers })).status).toBe(200);
  const refused = await call('/api/v1/keys', { headers });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ detail: `the API key ${made.prefix} lacks the scope "admin"` });
  await platform.api('DELETE', `/api/v1/keys/${made.id}`);
  expect((await call('/api/v1/projects', { headers })).status).toBe(401);
  const listed = await platform.api<{ items: { id: string; revokedAt: string | null }[] }>('GET', '/api/v1/keys');
  expect(listed.items.find((key) => key.id === made.id)?.revokedAt).not.toBeNull();
  expect(JSON.stringify(listed)).not.toContain(made.secret);
  const { items } = await platform.api<{ items: { action: string }[] }>('GET', '/api/v1/audit');
  expect(items.map((entry) => entry.action).slice(0, 2)).toEqual(['api_key.revoke', 'api_key.create']);
});

test('a sign-in link works once, and its session changes nothing for a foreign page', async () => {
  const token = new URL(await platform.signInUrl()).searchParams.get('token');
  const signIn = () =>
    call('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  const first = await signIn();
  expect(first.status).toBe(200);
  const setCookie = first.headers.get('set-cookie') ?? '';
  expect(setCookie).toMatch(/HttpOnly/);
  expect(setCookie).toMatch(/SameSite=Lax/);
  expect((await signIn()).status).toBe(401);

  const cookie = setCookie.split(';', 1)[0] ?? '';
  expect(await (await call('/api/v1/session', { headers: { cookie } })).json()).toMatchObject({
    user: { name: 'Owner' },
    scopes: ['read', 'write', 'admin'],
  });
  const create = (origin: string) =>
    call('/api/v1/projects', {
      method: 'POST',
      headers: { cookie, origin, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Second' }),
    });
  expect((await create('https://elsewhere.example')).status).toBe(403);
  expect((await create(platform.apiUrl)).status).toBe(201);
  const inSecond = await call('/api/v1/keys', { headers: { cookie, 'x-plimsoll-project': 'second' } });
  expect(await inSecond.json()).toEqual({ items: [], nextCursor: null });
  const foreign = await call('/api/v1/keys', { headers: { cookie, 'x-plimsoll-project': 'nobodys' } });
  expect(foreign.status).toBe(404);
});

test('a new sign-in link can be had from the command line', async () => {
  const run = (dataDir: string) =>
    spawnSync(process.execPath, ['apps/cli/bin/plimsoll.mjs', 'sign-in'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], PLIMSOLL_DATA_DIR: dataDir, PLIMSOLL_BOOTSTRAP_API_KEY: platform.key },
    });
  const link = run(platform.dataDir);
  expect(link.stderr).toBe('');
  expect(link.stdout).toMatch(/^http:\/\/\S+\/sign-in\?token=\S+\n$/);
  const elsewhere = run('/tmp');
  expect(elsewhere.status).toBe(2);
  expect(elsewhere.stderr).toContain('no Plimsoll runs with its data in /tmp');
});

test('a killed part comes back', async () => {
  const before = await platform.pid('api');
  process.kill(before, 'SIGKILL');
  await expect.poll(async () => (await call('/readyz').catch(() => null))?.ok).toBe(true);
  expect(await platform.pid('api')).not.toBe(before);
  expect(platform.output()).toContain('api died with signal SIGKILL');
});

test('a killed supervisor leaves no process, and the next start takes over', async () => {
  const pids = await Promise.all(parts.map((part) => platform.pid(part)));
  expect(pids.every(isAlive)).toBe(true);
  process.kill(await platform.pid('supervisor'), 'SIGKILL');
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  platform = await startPlatform({ environment: { PLIMSOLL_DATA_DIR: firstDataDir } });
  await expect.poll(() => platform.output()).toContain('did not stop cleanly; its lock');
  const { items } = await platform.api<{ items: { slug: string }[] }>('GET', '/api/v1/projects');
  expect(items.map((project) => project.slug)).toEqual(['default']);
});

test('the end leaves no process', async () => {
  const pids = await Promise.all(parts.map((part) => platform.pid(part)));
  await platform.stop();
  expect(pids.filter(isAlive)).toEqual([]);
});
