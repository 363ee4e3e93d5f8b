import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '@plimsoll/contract';
import { partsPutAside } from '@plimsoll/embedded';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  array,
  type Column,
  column,
  createClickHouse,
  date,
  dateTime,
  decimal,
  encodeBlock,
  fixedString,
  float64,
  int64,
  map,
  nanoseconds,
  nullable,
  string,
  uint16,
  uint32,
  uint64,
  uint8,
} from './index.js';
import { startTestClickHouse, type TestClickHouse } from './testing.js';

let store: TestClickHouse;

beforeAll(async () => {
  store = await startTestClickHouse({ migrate: false });
});

afterAll(() => store.stop());

interface Row {
  text: string;
  low: string;
  small: number;
  medium: number;
  large: number;
  huge: bigint;
  signed: bigint;
  ratio: number;
  perhaps: number | null;
  nanoseconds: bigint;
  second: number;
  day: number;
  cost: bigint | null;
  tags: string[];
  attributes: Record<string, string>;
  counts: Map<string, number>;
  hash: string;
}

const ddl = `CREATE TABLE types (
  text String, low LowCardinality(String), small UInt8, medium UInt16, large UInt32, huge UInt64, signed Int64,
  ratio Float64, perhaps Nullable(Float64), nanoseconds DateTime64(9, 'UTC'), second DateTime('UTC'), day Date,
  cost Nullable(Decimal(38, 12)), tags Array(LowCardinality(String)), attributes Map(LowCardinality(String), String),
  counts Map(String, UInt32), hash FixedString(4), position UInt32
) ENGINE = MergeTree ORDER BY position`;

const columns: Column<Row & { position: number }>[] = [
  column('text', string, (row) => row.text),
  column('low', string, (row) => row.low),
  column('small', uint8, (row) => row.small),
  column('medium', uint16, (row) => row.medium),
  column('large', uint32, (row) => row.large),
  column('huge', uint64, (row) => row.huge),
  column('signed', int64, (row) => row.signed),
  column('ratio', float64, (row) => row.ratio),
  column('perhaps', nullable(float64), (row) => row.perhaps),
  column('nanoseconds', nanoseconds, (row) => row.nanoseconds),
  column('second', dateTime, (row) => row.second),
  column('day', date, (row) => row.day),
  column('cost', nullable(decimal(12)), (row) => row.cost),
  column('tags', array(string), (row) => row.tags),
  column('attributes', map(string), (row) => row.attributes),
  column('counts', map(uint32), (row) => row.counts),
  column('hash', fixedString(4), (row) => row.hash),
  column('position', uint32, (row) => row.position),
];

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', '\n\n', '\0', '\\N', 'x'.repeat(200)),
);
const unsigned = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
const money = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

const row: fc.Arbitrary<Row> = fc.record({
  text,
  low: text,
  small: unsigned(8),
  medium: unsigned(16),
  large: unsigned(32),
  huge: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  signed: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ratio: fc.double({ noNaN: true, noDefaultInfinity: true }),
  perhaps: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  nanoseconds: fc.bigInt({ min: 0n, max: 9_000_000_000n * 10n ** 9n }),
  second: unsigned(32),
  day: unsigned(16),
  cost: fc.option(money),
  tags: fc.array(text, { maxLength: 3 }),
  attributes: fc.dictionary(text, text, { maxKeys: 3 }),
  counts: fc.array(fc.tuple(text, unsigned(32)), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  hash: fc.constantFrom('abcd', 'ab'),
});

/** The stored row as text that does not pass through the writer's own encodings. */
const readBack = `SELECT hex(text) AS text, hex(low) AS low, small, medium, large, toString(huge) AS huge, toString(signed) AS signed,
  ratio, perhaps, toString(toUnixTimestamp64Nano(nanoseconds)) AS nanoseconds, toUnixTimestamp(second) AS second,
  toUInt16(day) AS day, toString(cost) AS cost, arrayMap(x -> hex(x), tags) AS tags,
  arraySort(arrayMap((k, v) -> (hex(k), hex(v)), mapKeys(attributes), mapValues(attributes))) AS attributes,
  arraySort(arrayMap((k, v) -> (hex(k), v), mapKeys(counts), mapValues(counts))) AS counts, hex(hash) AS hash
  FROM types ORDER BY position`;

function asRead(given: Row): object {
  const hex = (value: string): string => Buffer.from(value, 'utf8').toString('hex').toUpperCase();
  const sorted = <T>(pairs: [string, T][]): [string, T][] => pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return {
    ...given,
    text: hex(given.text),
    low: hex(given.low),
    huge: `${given.huge}`,
    signed: `${given.signed}`,
    nanoseconds: `${given.nanoseconds}`,
    cost: given.cost === null ? null : decimalText(given.cost),
    tags: given.tags.map(hex),
    attributes: sorted(
      Object.entries(given.attributes).map(([key, value]): [string, string] => [hex(key), hex(value)]),
    ),
    counts: sorted([...given.counts].map(([key, value]): [string, number] => [hex(key), value])),
    hash: hex(given.hash).padEnd(8, '0'),
  };
}

/** ClickHouse prints decimals without trailing zeros. */
function decimalText(pico: bigint): string {
  const digits = (pico < 0n ? -pico : pico).toString().padStart(13, '0');
  const printed = `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
  return pico < 0n ? `-${printed}` : printed;
}

describe('blocks', () => {
  test('every type of value is stored as it was given', async () => {
    await store.clickhouse.command(ddl);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const given = rows.map((each, position) => ({ ...each, position }));
        await store.clickhouse.command('TRUNCATE TABLE types');
        await store.clickhouse.insertBlock('types', columns, given);
        expect(await store.clickhouse.query(readBack)).toEqual(rows.map(asRead));
        await store.clickhouse.command('TRUNCATE TABLE types');
        await store.clickhouse.insertEncoded('types', columns, [encodeBlock(columns, given)]);
        expect(await store.clickhouse.query(readBack)).toEqual(rows.map(asRead));
      }),
      { numRuns: 40 },
    );
  });

  test('a value that does not fit names its column', async () => {
    const narrow = [column('small', uint8, (each: { small: number }) => each.small)];
    await expect(store.clickhouse.insertBlock('types', narrow, [{ small: 256 }])).rejects.toThrow(
      /column small \(UInt8\)/,
    );
  });

  test('the same token stores a block once, another token again', async () => {
    await store.clickhouse.command(
      'CREATE TABLE once (n UInt32) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100',
    );
    const n = [column('n', uint32, (each: { n: number }) => each.n)];
    for (const token of ['a', 'a', 'b']) await store.clickhouse.insertBlock('once', n, [{ n: 1 }], { token });
    await store.clickhouse.insert('once', [{ n: 1 }], { token: 'b' });
    expect(await store.clickhouse.query('SELECT count() AS n FROM once')).toEqual([{ n: 2 }]);
    for (const token of ['b', 'c', 'c', 'd']) {
      await store.clickhouse.insertEncoded('once', n, [encodeBlock(n, [{ n: 1 }])], { token });
    }
    expect(await store.clickhouse.query('SELECT count() AS n FROM once')).toEqual([{ n: 4 }]);
  });
});

describe('rows and parameters', () => {
  test('times are ISO, money is text, counts are numbers', async () => {
    const sql = `SELECT toDateTime64({at:DateTime64(9, 'UTC')}, 3, 'UTC') AS at, toDecimal128('0.000000000001', 12) AS cost,
      count() AS n, {missing:Nullable(String)} AS missing`;
    expect(await store.clickhouse.query(sql, { at: '2026-11-22T10:00:00.123456789Z', missing: null })).toEqual([
      { at: '2026-11-22T10:00:00.123Z', cost: '0.000000000001', n: 1, missing: null },
    ]);
  });

  test('objects are inserted by column name, whatever keys each has', async () => {
    await store.clickhouse
      .command(`CREATE TABLE loose (id UInt64, at DateTime64(3, 'UTC'), cost Decimal(38, 12), note String)
      ENGINE = MergeTree ORDER BY id`);
    const at = new Date('2026-11-22T10:00:00.5Z');
    await store.clickhouse.insert('loose', [
      { id: 2n ** 63n, at, cost: '1.5' },
      { id: 1, at: '2026-11-22T11:00:00.25Z', note: 'a\n\nb – ü' },
    ]);
    expect(await store.clickhouse.query('SELECT toString(id) AS id, at, cost, note FROM loose ORDER BY id')).toEqual([
      { id: '1', at: '2026-11-22T11:00:00.250Z', cost: '0', note: 'a\n\nb – ü' },
      { id: '9223372036854775808', at: '2026-11-22T10:00:00.500Z', cost: '1.5', note: '' },
    ]);
  });

  test('thousands of ids are one parameter', async () => {
    const ids = Array.from({ length: 5000 }, (_, index) => index.toString(16).padStart(32, '0'));
    const rows = await store.clickhouse.query<{ n: number }>('SELECT length({ids:Array(String)}) AS n', { ids });
    expect(rows).toEqual([{ n: 5000 }]);
  });

  test('a command takes texts of any length and content', async () => {
    const text = `'); DROP TABLE texts; -- \\ {p:String} äöü\u0000\n`.repeat(20_000);
    await store.clickhouse.command('CREATE TABLE texts (text String, short String) ENGINE = Memory');
    await store.clickhouse.command('INSERT INTO texts SELECT {text:String}, {short:String}', { text, short: `'x` });
    const rows = await store.clickhouse.query(
      'SELECT length(text) AS length, text = {text:String} AS same, short FROM texts',
      {
        text,
      },
    );
    expect(rows).toEqual([{ length: Buffer.byteLength(text), same: 1, short: `'x` }]);
  });

  test('a row schema parses each row', async () => {
    const schema = z.object({ n: z.number().transform((n) => n + 1) });
    expect(await store.clickhouse.query('SELECT number AS n FROM numbers(2)', {}, schema)).toEqual([
      { n: 1 },
      { n: 2 },
    ]);
  });
});

describe('failures', () => {
  test('wrong SQL is internal and names the cause', async () => {
    const failure = store.clickhouse.query('SELECT * FROM nowhere');
    await expect(failure).rejects.toThrow(/nowhere.*UNKNOWN_TABLE/);
    await expect(failure).rejects.toMatchObject({ code: 'internal' });
  });

  test('a store that is away is unavailable', async () => {
    const away = createClickHouse({ url: 'http://default:x@127.0.0.1:9' });
    await expect(away.ping()).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    await expect(away.insert('t', [{ a: 1 }])).rejects.toBeInstanceOf(PlimsollError);
    await away.close();
  });

  test('a query over its time is unavailable', async () => {
    const hasty = createClickHouse({ url: store.url, queryTimeoutMs: 1000 });
    const slow = 'SELECT count() FROM numbers(30000000000) WHERE NOT ignore(sipHash64(number))';
    await expect(hasty.query(slow)).rejects.toMatchObject({ code: 'unavailable' });
    await hasty.close();
  });

  test("the store's clock has microseconds", async () => {
    const before = Date.now();
    const now = Number((await store.clickhouse.now()) / 1000n);
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});

test('what runs in the background gives way to inserts; answers to people neither wait nor hold up', async () => {
  const priorityIn = async (background: boolean): Promise<number | undefined> => {
    const client = createClickHouse({ url: store.url, background });
    const [row] = await client.query<{ priority: number }>(`SELECT getSetting('priority') AS priority`);
    await client.close();
    return row?.priority;
  };
  await store.clickhouse.command(`CREATE TABLE priorities (value UInt64) ENGINE = Memory`);
  await store.clickhouse.insertBytes(
    `INSERT INTO priorities SELECT getSetting('priority') + value FROM input('value UInt64') FORMAT JSONEachRow`,
    Buffer.from('{"value":0}'),
  );
  const [inserted] = await store.clickhouse.query<{ value: number }>(`SELECT value FROM priorities`);
  expect([inserted?.value, await priorityIn(true), await priorityIn(false)]).toEqual([1, 2, 0]);
});

test('a part that is not whole is put aside at the next start, and is found with its size while it is', async () => {
  await store.clickhouse.command('CREATE TABLE cut (value UInt64) ENGINE = MergeTree ORDER BY value');
  for (const value of [1, 2]) await store.clickhouse.insert('cut', [{ value }]);
  const [disk] = await store.clickhouse.query<{ path: string }>('SELECT path FROM system.disks');
  const dataDir = disk?.path ?? '';
  expect(partsPutAside(dataDir)).toEqual({ parts: 0, bytes: 0, oldest: null });
  const [part] = await store.clickhouse.query<{ path: string }>(
    `SELECT path FROM system.parts WHERE table = 'cut' AND active ORDER BY name`,
  );
  const pid = store.pid() ?? 0;
  process.kill(pid, 'SIGKILL');
  truncateSync(join(part?.path ?? '', 'columns.txt'), 0);
  const left = () => store.clickhouse.query<{ value: number }>('SELECT value FROM cut').catch(() => null);
  await expect.poll(() => (store.pid() === pid ? null : left())).toEqual([{ value: 2 }]);
  const found = partsPutAside(dataDir);
  expect(found).toMatchObject({ parts: 1, oldest: expect.any(Date) as Date });
  // As docs/clickhouse.md says how to look and to remove.
  const told = await store.clickhouse.query<{ name: string; parts: number; bytes: number }>(
    'SELECT any(name) AS name, count() AS parts, sum(bytes_on_disk) AS bytes FROM system.detached_parts',
  );
  expect(told).toEqual([{ name: expect.stringMatching(/^broken-on-start_/) as string, parts: 1, bytes: found.bytes }]);
  await store.clickhouse.command(
    `ALTER TABLE cut DROP DETACHED PART '${told[0]?.name}' SETTINGS allow_drop_detached = 1`,
  );
  expect(partsPutAside(dataDir).parts).toBe(0);
});
