import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProcess, type RunningProcess } from './testing/running-process.js';

let root: string;
let engine: RunningProcess;
let client: ClickHouseClient;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plimsoll-clickhouse-'));
  engine = await startProcess(join(root, 'data'), '--query-timeout-seconds', '20');
  client = createClient({ url: engine.url, password: engine.password, log: { level: ClickHouseLogLevel.OFF } });
  await client.command({ query: 'CREATE TABLE calls (id UInt64, name String) ENGINE = MergeTree ORDER BY id' });
});

afterAll(async () => {
  await client.close();
  expect(await engine.stop('SIGTERM')).toBe(0);
  await rm(root, { recursive: true });
});

async function rowsOf<T>(query: string, more: object = {}): Promise<T[]> {
  return (await client.query({ query, format: 'JSONEachRow', ...more })).json<T>();
}

describe('reads', () => {
  test('ping, with and without a query', async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
  });

  test('parameters keep quotes, tabs, newlines and non-ASCII', async () => {
    const value = 'it\'s a "tab"\t, \\ and\na line – ü';
    const rows = await rowsOf('SELECT {value:String} AS value, {list:Array(UInt8)} AS list', {
      query_params: { value, list: [1, 2] },
    });
    expect(rows).toEqual([{ value, list: [1, 2] }]);
  });

  test('long parameters travel as a multipart form', async () => {
    const value = 'x'.repeat(100_000);
    const rows = await rowsOf('SELECT length({value:String}) AS length', {
      query_params: { value },
      use_multipart_params: true,
    });
    expect(rows).toEqual([{ length: 100000 }]);
  });

  test('parameterised queries run side by side', async () => {
    const nap = 'SELECT toUnixTimestamp64Milli(now64(3)) AS began, sleep({seconds:Float64}) AS slept';
    const naps = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const [row] = await rowsOf<{ began: string }>(nap, { query_params: { seconds: 1 } });
        return { began: Number(row?.began), ended: Date.now() };
      }),
    );
    // Each began before any had ended, by the store's own word.
    expect(Math.max(...naps.map(({ began }) => began))).toBeLessThan(Math.min(...naps.map(({ ended }) => ended)));
  });

  test('settings, parameters and database of one request do not reach the next', async () => {
    const setting = "SELECT getSetting('max_block_size') AS value, currentDatabase() AS database";
    await client.command({ query: 'CREATE DATABASE IF NOT EXISTS other' });
    const other = createClient({ url: engine.url, password: engine.password, database: 'other' });
    const changed = await other.query({
      query: setting,
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '7' },
      query_params: { leak: 'x' },
    });
    expect(await changed.json()).toEqual([{ value: 7, database: 'other' }]);
    await other.close();
    for (let i = 0; i < 10; i += 1) {
      expect(await rowsOf(setting)).toEqual([{ value: 65409, database: 'default' }]);
    }
    await expect(rowsOf('SELECT {leak:String} AS x')).rejects.toMatchObject({ code: '456' });
  });

  test('large results stream in order', async () => {
    const result = await client.query({ query: 'SELECT number AS n FROM numbers(300000)', format: 'JSONEachRow' });
    let expected = 0;
    let misplaced = 0;
    for await (const rows of result.stream<{ n: number }>()) {
      for (const row of rows) if (row.json().n !== expected++) misplaced += 1;
    }
    expect(misplaced).toBe(0);
    expect(expected).toBe(300_000);
  });

  test.each(['JSON', 'JSONCompact', 'CSVWithNames', 'JSONCompactEachRowWithNamesAndTypes'] as const)(
    'a large %s answer has one header',
    async (format) => {
      const result = await client.query({ query: 'SELECT number AS onlyHere FROM numbers(200000)', format });
      expect((await result.text()).match(/onlyHere"?[,\]\n ]/g)?.length ?? 0).toBeLessThanOrEqual(
        format === 'JSON' ? 200_001 : 1,
      );
    },
  );

  test('answers are packed on request', async () => {
    const packed = createClient({
      url: engine.url,
      password: engine.password,
      compression: { response: true, request: true },
    });
    const result = await packed.query({ query: 'SELECT number FROM numbers(100000)', format: 'JSONEachRow' });
    expect(result.response_headers['content-encoding']).toBe('gzip');
    expect(await result.json()).toHaveLength(100_000);
    await packed.close();
  });

  test('an error keeps code, type and message', async () => {
    await expect(rowsOf('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
    await expect(rowsOf('SELECT (')).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' });
    await expect(rowsOf('SELECT 1; SELECT 2')).rejects.toMatchObject({ code: '62' });
    await expect(client.query({ query: 'SELECT 1', clickhouse_settings: { no_such: 1 } })).rejects.toMatchObject({
      code: '115',
    });
  });

  test('an error after the first rows reaches the reader', async () => {
    const query = 'SELECT throwIf(number = 500000) FROM numbers(1000000)';
    const result = await client.query({ query, format: 'JSONEachRow' });
    await expect(result.json()).rejects.toThrow(/non-zero/);
  });

  test('an aborted query stops in the engine', async () => {
    const abort = new AbortController();
    const query = 'SELECT count() FROM numbers(30000000000) WHERE NOT ignore(sipHash64(number))';
    const result = client.query({ query, format: 'JSONEachRow', abort_signal: abort.signal });
    await waitUntil(async () => (await running()) === 1);
    abort.abort();
    await expect(result).rejects.toThrow();
    await waitUntil(async () => (await running()) === 0);
  });

  test('a query over its time is stopped with its own code', async () => {
    const query = 'SELECT count() FROM numbers(30000000000) WHERE NOT ignore(sipHash64(number))';
    const settings = { max_execution_time: 1 };
    await expect(rowsOf(query, { clickhouse_settings: settings })).rejects.toMatchObject({ code: '159' });
  });

  test('a query over its memory fails alone', async () => {
    const query = 'SELECT length(groupArray(toString(number))) FROM numbers(50000000)';
    const settings = { max_memory_usage: '100000000' };
    await expect(rowsOf(query, { clickhouse_settings: settings })).rejects.toMatchObject({ code: '241' });
    expect(await client.ping({ select: true })).toEqual({ success: true });
  });
});

describe('writes', () => {
  test('insert of objects, with its count in the summary', async () => {
    await client.command({ query: 'TRUNCATE TABLE calls' });
    const values = [
      { id: 1, name: 'one' },
      { id: 2, name: 'blank\n\nline – ü' },
    ];
    const { summary } = await client.insert({ table: 'calls', values, format: 'JSONEachRow' });
    expect(summary?.written_rows).toBe('2');
    expect(await rowsOf('SELECT * FROM calls ORDER BY id')).toEqual(values);
  });

  test('insert of an object stream, packed', async () => {
    const packed = createClient({ url: engine.url, password: engine.password, compression: { request: true } });
    await client.command({ query: 'TRUNCATE TABLE calls' });
    const values = Readable.from(Array.from({ length: 5000 }, (_, id) => ({ id, name: `call ${id}` })));
    await packed.insert({ table: 'calls', values, format: 'JSONEachRow', columns: ['id', 'name'] });
    expect(await rowsOf('SELECT count() AS n, sum(id) AS s FROM calls')).toEqual([{ n: 5000, s: 12497500 }]);
    await packed.close();
  });

  test('RowBinary bytes with blank lines through exec', async () => {
    await client.command({ query: 'TRUNCATE TABLE calls' });
    const row = Buffer.from([0x0a, 0x0a, 0, 0, 0, 0, 0, 0, 4, 0x0a, 0x0a, 0x41, 0x0a]);
    const result = await client.exec({
      query: "INSERT INTO calls SETTINGS insert_deduplication_token = 'x' FORMAT RowBinary",
      values: Readable.from([row, row.subarray(0, 3), row.subarray(3)], { objectMode: false }),
    });
    expect(await text(result.stream)).toBe('');
    const stored = await rowsOf('SELECT id, name, count() AS n FROM calls GROUP BY ALL');
    expect(stored).toEqual([{ id: 2570, name: '\n\nA\n', n: 2 }]);
  });

  test('statement and rows in one body, as curl sends them', async () => {
    await client.command({ query: 'TRUNCATE TABLE calls' });
    await post(`INSERT INTO calls VALUES (1, 'ü; SELECT'), (2, concat('a', 'b'))`);
    await post(`INSERT INTO calls FORMAT JSONEachRow\n{"id":3,"name":"line"}\n`);
    await post(`INSERT INTO calls SELECT number + 4, 'four' FROM numbers(1)`);
    await post('{"id":5,"name":"url"}', '?query=INSERT%20INTO%20calls%20FORMAT%20JSONEachRow');
    await post(gzipSync(`INSERT INTO calls VALUES (6, 'packed')`), '', { 'content-encoding': 'gzip' });
    const rows = await rowsOf<{ name: string }>('SELECT name FROM calls ORDER BY id');
    expect(rows.map((row) => row.name)).toEqual(['ü; SELECT', 'ab', 'line', 'four', 'url', 'packed']);
  });

  test('a refused insert stores nothing and names the row', async () => {
    await client.command({ query: 'TRUNCATE TABLE calls' });
    const response = await fetchQuery('INSERT INTO calls FORMAT TSV\n1\ta\nb\tc\n');
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/^Code: 27\. DB::Exception: Cannot parse input/);
    expect(await rowsOf('SELECT * FROM calls')).toEqual([]);
  });

  test('the same deduplication token stores a block once', async () => {
    await client.command({
      query: `CREATE TABLE once (id UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100`,
    });
    const insert = (): Promise<unknown> =>
      client.insert({
        table: 'once',
        values: [{ id: 1 }],
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: 'block 1' },
      });
    await insert();
    await insert();
    expect(await rowsOf('SELECT count() AS n FROM once')).toEqual([{ n: 1 }]);
  });
});

describe('the plain HTTP interface', () => {
  test('GET answers in the default format and may not write', async () => {
    const read = await get('SELECT 1 AS a, 2 AS b', '&default_format=CSVWithNames');
    expect(await read.text()).toBe('"a","b"\n1,2\n');
    expect(read.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(read.headers.get('x-clickhouse-query-id')).toMatch(/^[0-9a-f-]{36}$/);
    const write = await get('CREATE TABLE sneaky (a UInt8) ENGINE = Memory');
    expect(write.status).toBe(403);
    expect(write.headers.get('x-clickhouse-exception-code')).toBe('164');
  });

  test.each([
    ['no password', {}, 401, '194'],
    ['wrong password', { 'x-clickhouse-user': 'default', 'x-clickhouse-key': 'guess' }, 403, '516'],
    ['unknown user', { authorization: `Basic ${btoa('root:guess')}` }, 403, '516'],
  ])('%s is refused', async (_, headers: Record<string, string>, status, code) => {
    const response = await fetch(`${engine.url}/?query=SELECT%201`, { headers });
    expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([status, code]);
  });

  test('a malformed request line does not harm the others', async () => {
    const { hostname, port } = new URL(engine.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET // HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket.on('error', () => {}).resume(), 'close');
    expect(await client.ping()).toEqual({ success: true });
  });

  test('ping needs no password', async () => {
    expect(await (await fetch(`${engine.url}/ping`)).text()).toBe('Ok.\n');
  });
});

function headers(more: Record<string, string> = {}): Record<string, string> {
  return { 'x-clickhouse-user': 'default', 'x-clickhouse-key': engine.password, ...more };
}

function get(query: string, more = ''): Promise<Response> {
  return fetch(`${engine.url}/?query=${encodeURIComponent(query)}${more}`, { headers: headers() });
}

function fetchQuery(
  body: string | Buffer<ArrayBuffer>,
  search = '',
  more: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${engine.url}/${search}`, { method: 'POST', body, headers: headers(more) });
}

async function post(body: string | Buffer<ArrayBuffer>, search = '', more: Record<string, string> = {}): Promise<void> {
  const response = await fetchQuery(body, search, more);
  expect([response.status, await response.text()]).toEqual([200, '']);
}

async function running(): Promise<number> {
  const rows = await rowsOf<{ n: string }>(
    "SELECT count() AS n FROM system.processes WHERE query LIKE '%30000000000%sipHash64%'",
  );
  return Number(rows[0]?.n) - 1;
}

async function waitUntil(holds: () => Promise<boolean>): Promise<void> {
  await expect.poll(holds).toBe(true);
}
