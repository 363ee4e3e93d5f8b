import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAndFail, startProcess, type RunningProcess } from './testing/running-process.js';

let root: string;
let data: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plimsoll-clickhouse-'));
  data = join(root, 'data');
});

afterAll(() => rm(root, { recursive: true }));

function clientOf(engine: RunningProcess): ClickHouseClient {
  return createClient({ url: engine.url, password: engine.password, log: { level: ClickHouseLogLevel.OFF } });
}

test('the password is generated once and readable by the owner alone', async () => {
  const engine = await startProcess(data);
  expect(engine.password).toMatch(/^[\w-]{32}$/);
  expect((await stat(join(root, 'clickhouse-password'))).mode & 0o777).toBe(0o600);
  expect(await engine.stop('SIGTERM')).toBe(0);
  const again = await startProcess(data);
  expect(again.password).toBe(engine.password);
  expect(await again.stop('SIGINT')).toBe(0);
});

test('a second process on the directory says in one line who has it', async () => {
  const engine = await startProcess(data);
  const { code, line } = await startAndFail(data);
  expect(code).toBe(2);
  expect(line).toContain(`the data directory ${data} is in use by process ${engine.child.pid}`);
  await engine.stop('SIGTERM');
});

test('a taken port and wrong arguments have their own exit codes', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  expect(await startAndFail(data, '--port', `${port}`)).toMatchObject({ code: 3 });
  server.close();
  expect(await startAndFail(data, '--port', 'many')).toMatchObject({ code: 64 });
});

test('SIGTERM lets the running query finish and refuses new ones', async () => {
  const engine = await startProcess(data);
  const client = clientOf(engine);
  const running = client.query({ query: 'SELECT sleep(3) AS slept', format: 'JSONEachRow' });
  const others = `SELECT count() AS count FROM system.processes WHERE query NOT LIKE '%system.processes%'`;
  const begun = async () => (await client.query({ query: others, format: 'JSONEachRow' })).json();
  await expect.poll(begun).toEqual([{ count: 1 }]);
  const stopped = engine.stop('SIGTERM');
  expect(await (await running).json()).toEqual([{ slept: 0 }]);
  expect(await stopped).toBe(0);
  await client.close();
});

test('it ends when its parent is gone', async () => {
  const engine = await startProcess(data);
  const ended = once(engine.child, 'exit');
  engine.child.stdin!.end();
  expect((await ended)[0]).toBe(0);
});

test('what was acknowledged is there after SIGKILL, and no body is left behind', async () => {
  const first = await startProcess(data);
  const client = clientOf(first);
  await client.command({ query: 'CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n' });
  let acknowledged = 0;
  const writer = expect(
    (async () => {
      for (;;) {
        const values = Array.from({ length: 100 }, (_, i) => ({ n: acknowledged * 100 + i }));
        await client.insert({ table: 'kept', values, format: 'JSONEachRow' });
        acknowledged += 1;
      }
    })(),
  ).rejects.toThrow();
  await expect.poll(() => acknowledged).toBeGreaterThan(20);
  expect(await first.stop('SIGKILL')).toBe('SIGKILL');
  await writer;
  await client.close();

  const second = await startProcess(data);
  const reader = clientOf(second);
  const result = await reader.query({
    query: 'SELECT uniqExact(n) AS different, count() AS total FROM kept WHERE n < {acknowledged:UInt64}',
    query_params: { acknowledged: acknowledged * 100 },
    format: 'JSONEachRow',
  });
  expect(await result.json()).toEqual([{ different: acknowledged * 100, total: acknowledged * 100 }]);
  expect(leftBodies()).toEqual([]);
  await reader.close();
  expect(await second.stop('SIGTERM')).toBe(0);
});

test('memory is capped for the whole process and for one query', async () => {
  const engine = await startProcess(data, '--memory-limit-mb', '1024');
  const client = clientOf(engine);
  const names = ['max_server_memory_usage', 'mark_cache_size', 'primary_index_cache_size'];
  const result = await client.query({
    query:
      'SELECT name, toUInt64(value) AS value FROM system.server_settings WHERE name IN {names:Array(String)} ORDER BY name',
    query_params: { names },
    format: 'JSONEachRow',
  });
  expect(await result.json()).toEqual([
    { name: 'mark_cache_size', value: 128 * 1024 ** 2 },
    { name: 'max_server_memory_usage', value: 1024 ** 3 },
    { name: 'primary_index_cache_size', value: 64 * 1024 ** 2 },
  ]);
  await client.close();
  await engine.stop('SIGTERM');
});

/** Bodies of inserts of this test's engine alone: engines of other tests run at the same time. */
function leftBodies(): string[] {
  const own = createHash('sha256').update(data).digest('hex').slice(0, 16);
  const directories = [join('/dev/shm', `plimsoll-clickhouse-${own}`), join(data, 'insert-bodies')].filter((each) =>
    existsSync(each),
  );
  return directories
    .flatMap((each) => readdirSync(each, { recursive: true, encoding: 'utf8' }))
    .filter((name) => /[0-9a-f]{8}-[0-9a-f]{4}-/.test(name));
}
