import { existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BlockWriter, type ClickHouse, createClickHouse } from './index.js';
import { startTestClickHouse, type TestClickHouse } from './testing.js';

/** Where memory cannot hold files, rows are sent as to any server. */
const hasRoom = existsSync('/dev/shm') && statfsSync('/dev/shm').bavail * statfsSync('/dev/shm').bsize > 2 ** 30;

let store: TestClickHouse;
let directory: string;

beforeAll(async () => {
  store = await startTestClickHouse({ migrate: false });
  directory = new URL(store.url).searchParams.get('insert_files') ?? '';
  await store.clickhouse.command('CREATE TABLE texts (n UInt32, text String) ENGINE = MergeTree ORDER BY n');
});

afterAll(() => store.stop());

/** Rows of 1 KB with the blank lines at which inline data ends, from number `first` on. */
function rows(first: number, count: number): Buffer {
  const block = new BlockWriter();
  for (let index = first; index < first + count; index += 1) {
    block.uint32(index);
    block.text(`\n\né${'x'.repeat(1_000)}\n\n`);
  }
  return block.finish();
}

const sql = 'INSERT INTO texts (n, `text`) FORMAT RowBinary';

async function stored(): Promise<{ rows: number; numbers: number; wrong: number }> {
  const [found] = await store.clickhouse.query<{ rows: number; numbers: number; wrong: number }>(
    `SELECT count() AS rows, uniqExact(n) AS numbers,
       countIf(text != concat('\\n\\né', repeat('x', 1000), '\\n\\n')) AS wrong FROM texts`,
  );
  return found!;
}

test.runIf(hasRoom)('many rows reach the engine as a file, in pieces, which is gone afterwards', async () => {
  expect(existsSync(directory)).toBe(true);
  let files = 0;
  const watched = setInterval(() => (files = Math.max(files, readdirSync(directory).length)), 1);
  const pieces = Array.from({ length: 40 }, (_, index) => rows(index * 500, 500));
  await store.clickhouse.insertBytes(sql, pieces, { token: 'many' });
  clearInterval(watched);
  expect(files).toBe(1);
  expect(readdirSync(directory)).toEqual([]);
  expect(await stored()).toEqual({ rows: 20_000, numbers: 20_000, wrong: 0 });
});

test.runIf(hasRoom)('a bad row is an error of ours, and leaves no file', async () => {
  const insert = store.clickhouse.insertBytes(sql, rows(0, 1_000).subarray(0, 900_001));
  await expect(insert).rejects.toMatchObject({ code: 'internal' });
  expect(readdirSync(directory)).toEqual([]);
});

test.runIf(hasRoom)('where there is no such directory, rows are sent', async () => {
  const url = new URL(store.url);
  url.searchParams.set('insert_files', join(directory, 'nowhere'));
  const clickhouse: ClickHouse = createClickHouse({ url: url.href });
  await clickhouse.insertBytes(sql, rows(20_000, 500));
  await clickhouse.close();
  expect(await stored()).toEqual({ rows: 20_500, numbers: 20_500, wrong: 0 });
});

async function insertFile(name: string): Promise<{ status: number; code: string | null }> {
  const { origin, password } = new URL(store.url);
  const response = await fetch(`${origin}/?database=default`, {
    method: 'POST',
    headers: { 'x-clickhouse-user': 'default', 'x-clickhouse-key': password, 'x-plimsoll-insert-file': name },
    body: sql,
  });
  await response.text();
  return { status: response.status, code: response.headers.get('x-clickhouse-exception-code') };
}

test.runIf(hasRoom)(
  'the engine takes files of its own directory alone; one that is gone may be sent again',
  async () => {
    const gone = { status: 503, code: '210' };
    expect(await insertFile('0f9a2c36-6f0e-4d0c-9a59-000000000001')).toEqual(gone);
    const outside = `${directory}-outside`;
    writeFileSync(outside, rows(50_000, 1));
    expect(await insertFile(`../${outside.split('/').at(-1)}`)).toEqual(gone);
    expect(await insertFile(outside)).toEqual(gone);
    expect((await stored()).rows).toBe(20_500);
    rmSync(outside);
  },
);
