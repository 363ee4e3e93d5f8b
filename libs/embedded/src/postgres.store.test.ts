import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from './ports.js';
import { type EmbeddedPostgres, startPostgres } from './postgres.js';

let scratch: string;
let server: EmbeddedPostgres;
const deaths: string[] = [];

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
}

async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    if (await check().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plimsoll-embedded-'));
  execFileSync('chmod', ['755', scratch]);
  server = await startPostgres({
    dataDir: join(scratch, 'postgres'),
    port: await freePort(),
    logFile: join(scratch, 'postgres.log'),
    password: 'a-test-password',
    environment: { PATH: '/usr/bin:/bin' },
    onDeath: (line) => deaths.push(line),
  });
});

afterAll(async () => {
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('the server answers with durable settings', async () => {
  expect(await ask(server.url, 'SHOW fsync')).toEqual({ fsync: 'on' });
});

test('a killed server comes back on the same port with what was committed', async () => {
  await ask(server.url, 'CREATE TABLE kept AS SELECT 42 AS n');
  const before = server.pid();
  expect(before).toBeDefined();
  process.kill(before ?? 0, 'SIGKILL');
  await until(async () => server.pid() !== before && (await ask(server.url, 'SELECT 1')) !== undefined, 'a restart');
  expect(await ask(server.url, 'SELECT n FROM kept')).toEqual({ n: 42 });
  expect(deaths).toHaveLength(1);
  expect(deaths[0]).toContain('PostgreSQL died');
});

test('the server ends when its supervisor is killed', async () => {
  const port = await freePort();
  const entry = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  const dataDir = join(scratch, 'orphan');
  const script = `
    const { startPostgres } = await import(${JSON.stringify(entry)});
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, port: ${port}, password: 'a-test-password',
      logFile: ${JSON.stringify(join(scratch, 'orphan.log'))}, environment: { PATH: '/usr/bin:/bin' }, durable: false });
    console.log(server.url + ' ' + server.pid());`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url, pid] = await new Promise<string[]>((resolve) =>
    parent.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim().split(' '))),
  );
  expect(await ask(url ?? '', 'SELECT 1 AS one')).toEqual({ one: 1 });
  parent.kill('SIGKILL');
  await until(async () => {
    try {
      process.kill(Number(pid), 0);
      return false;
    } catch {
      return true;
    }
  }, 'the end of the server');
});
