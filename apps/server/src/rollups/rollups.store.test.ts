import { type ClickHouse } from '@plimsoll/clickhouse';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import { readSettings } from '@plimsoll/contract';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '@plimsoll/postgres/testing';
import { quantileOfBuckets } from '@plimsoll/statistics';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { effectiveSpans } from './effective-spans.queries.js';
import { closedBefore, type MinuteRange } from './minute-recompute.js';
import { PassCursors } from './pass-cursors.js';
import { Retentions } from './retention.js';
import { RollupsService } from './rollups.service.js';

let store: TestClickHouse;
let postgres: TestPostgres;
let database: TestDatabase;
let clickhouse: ClickHouse;
let rollups: RollupsService;
let recomputed: MinuteRange[];

const project = '00000000-0000-4000-8000-000000000001';
const minuteMs = 60_000;
/** A fixed minute in a quiet hour, an hour ago at least, so that no test meets the end of an hour. */
const base = new Date(Math.floor((Date.now() - 2 * 3_600_000) / 3_600_000) * 3_600_000 + 30 * minuteMs);

beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  clickhouse = store.clickhouse;
  database = await postgres.createDatabase();
});

afterAll(() => Promise.all([store.stop(), postgres.stop()]));

beforeEach(() => {
  rollups = newService();
});

afterEach(async () => {
  for (const table of ['spans', 'traces', 'scores', 'minute_rollup', 'hour_rollup', 'dimension_values']) {
    await clickhouse.command(`TRUNCATE TABLE ${table}`);
  }
  await database.dataSource.query('DELETE FROM cursors');
});

/** A worker process of its own: nothing is remembered from another. */
function newService(retention = 'forever'): RollupsService {
  const { dataSource } = database;
  const settings = readSettings({ PLIMSOLL_RETENTION: retention });
  const service = new RollupsService(clickhouse, new PassCursors(dataSource), new Retentions(dataSource, settings));
  recomputed = [];
  service.register({ name: 'spy', recompute: (range) => Promise.resolve(void recomputed.push(range)) });
  service.onApplicationBootstrap();
  return service;
}

interface GivenSpan {
  readonly id: string;
  readonly trace?: string;
  readonly parent?: string;
  /** Minutes after the base at which it ends. */
  readonly at: number;
  readonly seconds?: number;
  readonly [column: string]: unknown;
}

function at(minutes: number): Date {
  return new Date(base.getTime() + minutes * minuteMs);
}

async function send(...given: GivenSpan[]): Promise<void> {
  await clickhouse.insert(
    'spans',
    given.map(({ id, trace, parent, at: minutes, seconds, ...columns }) => ({
      project,
      trace_id: trace ?? id,
      span_id: id,
      parent_span_id: parent ?? '',
      time: at(minutes),
      end_time: at(minutes),
      start_time: new Date(at(minutes).getTime() - (seconds ?? 1) * 1000),
      finished: 1,
      kind: 'generation',
      status: 'ok',
      cost: '0.25',
      cost_currency: 'USD',
      tokens_input: 10,
      tokens_cache_read: 5,
      tokens_output: 3,
      expires_on: '2149-06-06',
      ...columns,
    })),
  );
}

interface Minute {
  readonly minute: string;
  readonly spans: number;
  readonly calls: number;
  readonly cost: string;
}

async function minutes(): Promise<[number, number, number, string][]> {
  const rows = await clickhouse.query<Minute>(
    'SELECT minute, spans, calls, cost FROM minute_rollup FINAL ORDER BY minute',
  );
  return rows.map((row) => [
    (new Date(row.minute).getTime() - base.getTime()) / minuteMs,
    row.spans,
    row.calls,
    row.cost,
  ]);
}

async function byFeature(): Promise<Record<string, number>> {
  const rows = await clickhouse.query<{ feature: string; calls: number }>(
    'SELECT feature, sum(calls) AS calls FROM hour_rollup FINAL GROUP BY feature HAVING calls > 0 ORDER BY feature',
  );
  return Object.fromEntries(rows.map((row) => [row.feature, row.calls]));
}

describe('what a minute counts', () => {
  test('figures of a minute', async () => {
    await send(
      { id: 'a', at: 1, seconds: 2, ttft_ms: 120 },
      { id: 'b', at: 1.5, status: 'error', cost: null, unpriced_tokens: 18 },
      { id: 'c', at: 1.2, kind: 'tool', status: 'error' },
    );
    await rollups.runMinutePass();
    const [row] = await clickhouse.query<Record<string, unknown>>(
      'SELECT * EXCEPT (project, minute, checksum, version, expires_on, latency_buckets, ttft_buckets) FROM minute_rollup FINAL',
    );
    expect(row).toEqual({
      spans: 3,
      calls: 2,
      errors: 1,
      tokens_input: 30,
      tokens_output: 6,
      tokens_cache_read: 10,
      tokens_reasoning: 0,
      cost: '0.25',
      unpriced_calls: 1,
      unpriced_tokens: 18,
      usage_conflicts: 0,
    });
  });

  test('latencies stand in fixed buckets of the same borders as the reader has', async () => {
    const seconds = Array.from({ length: 60 }, (_, i) => 0.05 * 1.2 ** (i / 2));
    await send(...seconds.map((each, i) => ({ id: `s${i}`, at: 1 + i / 100, seconds: each })));
    await rollups.runMinutePass();
    const [row] = await clickhouse.query<{ latency_buckets: Record<string, number> }>(
      'SELECT latency_buckets FROM minute_rollup FINAL',
    );
    for (const q of [0.1, 0.5, 0.95, 1]) {
      const exact = Math.round((seconds[Math.ceil(q * 60) - 1] ?? 0) * 1000);
      expect(Math.abs((quantileOfBuckets(row!.latency_buckets, q) ?? 0) / exact - 1)).toBeLessThan(0.03);
    }
  });

  test('rule 1: a re-sent span counts once, equal ids with another time are two spans', async () => {
    await send({ id: 'a', at: 1 });
    await send({ id: 'a', at: 1 });
    await rollups.runMinutePass();
    expect(await minutes()).toEqual([[1, 1, 1, '0.25']]);
    await send({ id: 'a', at: 3 });
    await rollups.runMinutePass();
    expect(await minutes()).toEqual([
      [1, 1, 1, '0.25'],
      [3, 1, 1, '0.25'],
    ]);
    expect(await clickhouse.query('SELECT spans, id_conflicts FROM traces FINAL')).toEqual([
      { spans: 2, id_conflicts: 1 },
    ]);
  });

  test('rule 2: the later copy stands, a pending span is in no figure', async () => {
    await send({ id: 'a', at: 1, cost: '1' }, { id: 'p', at: 1, finished: 0 });
    await rollups.runMinutePass();
    await send({ id: 'a', at: 1, cost: '2' });
    await rollups.runMinutePass();
    expect(await minutes()).toEqual([[1, 1, 1, '2']]);
  });

  test('rule 14: an erased copy hides the content and moves no figure, and nothing un-erases', async () => {
    await send({ id: 'a', at: 1, output: 'secret' });
    await rollups.runMinutePass();
    const before = await minutes();
    await send({ id: 'a', at: 1, output: '', erased: 1 });
    await send({ id: 'a', at: 1, output: 'secret again' });
    await rollups.runMinutePass();
    expect(await minutes()).toEqual(before);
    expect(await clickhouse.query('SELECT output FROM spans FINAL')).toEqual([{ output: '' }]);
  });
});

describe('the dirty pass', () => {
  test('rules 4 and 7: late spans change minutes of any age', async () => {
    await send({ id: 'a', at: 1 });
    await rollups.runMinutePass();
    await send({ id: 'late', at: -60 * 24 * 30 });
    await rollups.runMinutePass();
    expect(await minutes()).toEqual([
      [-60 * 24 * 30, 1, 1, '0.25'],
      [1, 1, 1, '0.25'],
    ]);
  });

  test('rule 4: ranges are newest first and end where an hour is clean; what did not change is not recomputed', async () => {
    const seconds = 0;
    await send(
      { id: 'a', at: 1, seconds },
      { id: 'b', at: 2, seconds },
      { id: 'c', at: -600, seconds },
      { id: 'd', at: 45, seconds },
    );
    await rollups.runMinutePass();
    const ranges = recomputed.map(({ from, to }) =>
      [from, to].map((each) => (each.getTime() - base.getTime()) / minuteMs),
    );
    expect(ranges).toEqual([
      [1, 46],
      [-600, -599],
    ]);
    recomputed.length = 0;
    await rollups.runMinutePass();
    expect(recomputed).toEqual([]);
  });

  test('rule 4: another process, or a lost cursor, costs a repeat and no figure', async () => {
    await send({ id: 'a', at: 1 });
    await rollups.runMinutePass();
    await newService().runMinutePass();
    await database.dataSource.query('DELETE FROM cursors');
    await newService().runMinutePass();
    expect(recomputed).toHaveLength(1);
    expect(await minutes()).toEqual([[1, 1, 1, '0.25']]);
  });

  test('rule 4: a failing capability keeps the pass unfinished, and the others get their figures', async () => {
    let failing = true;
    rollups.register({
      name: 'broken',
      recompute: () => (failing ? Promise.reject(new Error('not now')) : Promise.resolve()),
    });
    await send({ id: 'a', at: 1 });
    await expect(rollups.runMinutePass()).rejects.toThrow('not now');
    expect(await minutes()).toEqual([[1, 1, 1, '0.25']]);
    expect(await rollups.lastPass()).toBeNull();
    failing = false;
    await rollups.runMinutePass();
    expect(recomputed).toHaveLength(2);
    expect(await rollups.lastPass()).not.toBeNull();
  });

  test('rule 5: a group that vanished falls to zero', async () => {
    await send({ id: 'a', at: 1, feature: 'wrong' }, { id: 'b', at: 2, feature: 'right' });
    await rollups.runMinutePass();
    await rollups.runHourPass();
    expect(await byFeature()).toEqual({ right: 1, wrong: 1 });
    await send({ id: 'a', at: 1, feature: 'right' });
    const later = newService();
    await later.runMinutePass();
    await later.runHourPass();
    expect(await byFeature()).toEqual({ right: 2 });
    await clickhouse.command(`ALTER TABLE spans DELETE WHERE span_id = 'b'`, {}, { mutations_sync: '1' });
    await send({ id: 'c', at: 2, finished: 0 });
    await later.runMinutePass();
    expect(await minutes()).toEqual([
      [1, 1, 1, '0.25'],
      [2, 0, 0, '0'],
    ]);
  });

  test('rule 5: the same hour is not recomputed again at once, and not forgotten either', async () => {
    await send({ id: 'a', at: 1, feature: 'one' });
    await rollups.runHourPass();
    await send({ id: 'b', at: 1, feature: 'two' });
    await rollups.runHourPass();
    expect(await byFeature()).toEqual({ one: 1 });
    await newService().runHourPass();
    expect(await byFeature()).toEqual({ one: 1, two: 1 });
  });

  test('rule 6: a minute is closed by a pass that began 60 s after its end', async () => {
    expect(await rollups.lastPass()).toBeNull();
    const before = await clickhouse.now();
    await rollups.runMinutePass();
    const pass = await rollups.lastPass();
    expect(pass!.startedAt.getTime()).toBeGreaterThanOrEqual(Number(before / 1000n));
    expect(pass!.finishedAt.getTime()).toBeGreaterThanOrEqual(pass!.startedAt.getTime());
    expect(closedBefore(new Date('2026-11-22T10:05:59.999Z'))).toEqual(new Date('2026-11-22T10:04:00Z'));
    expect(closedBefore(new Date('2026-11-22T10:06:00.000Z'))).toEqual(new Date('2026-11-22T10:05:00Z'));
  });

  test('rule 8: a score dirties the minute of its span', async () => {
    await send({ id: 'a', at: 1 });
    await rollups.runMinutePass();
    recomputed.length = 0;
    await clickhouse.insert('scores', [
      { project, time: at(1), trace_id: 'a', span_id: 'a', scorer: 's', value: 1, expires_on: '2149-06-06' },
    ]);
    await rollups.runMinutePass();
    expect(recomputed).toEqual([{ projectId: project, from: at(1), to: at(2) }]);
  });

  test('rule 12: a sealed minute is never recomputed, though its spans are gone', async () => {
    await send({ id: 'a', at: -60 * 24 * 40 });
    await rollups.runMinutePass();
    await clickhouse.command('TRUNCATE TABLE spans');
    await send({ id: 'b', at: -60 * 24 * 40, finished: 0 });
    await newService('30').runMinutePass();
    expect(await minutes()).toEqual([[-60 * 24 * 40, 1, 1, '0.25']]);
    await newService('50').runMinutePass();
    expect(await minutes()).toEqual([[-60 * 24 * 40, 0, 0, '0']]);
  });
});

describe('rule 9: inheritance', () => {
  const spansWithFeature = `SELECT span_id, feature, prompt_name, prompt_version FROM ${effectiveSpans('span_id, feature, prompt_name, prompt_version')} ORDER BY span_id`;
  const around = { project, from: at(-60), to: at(60) };

  test('a span takes from the root what it has not; prompt and version only together', async () => {
    await send(
      { id: 'root', trace: 't', at: 3, kind: 'chain', feature: 'search', prompt_name: 'p', prompt_version: '7' },
      { id: 'x', trace: 't', parent: 'root', at: 2 },
      { id: 'y', trace: 't', parent: 'root', at: 2, feature: 'own', prompt_name: 'q' },
    );
    await rollups.runMinutePass();
    expect(await clickhouse.query(spansWithFeature, around)).toEqual([
      { span_id: 'root', feature: 'search', prompt_name: 'p', prompt_version: '7' },
      { span_id: 'x', feature: 'search', prompt_name: 'p', prompt_version: '7' },
      { span_id: 'y', feature: 'own', prompt_name: 'q', prompt_version: '' },
    ]);
  });

  test('a root that comes last dirties every minute of its trace', async () => {
    await send({ id: 'x', trace: 't', parent: 'root', at: -20 }, { id: 'y', trace: 't', parent: 'root', at: 2 });
    await rollups.runMinutePass();
    await rollups.runHourPass();
    expect(await byFeature()).toEqual({ '': 2 });
    recomputed.length = 0;
    await send({ id: 'root', trace: 't', at: 3, kind: 'chain', feature: 'search' });
    const later = newService();
    await later.runMinutePass();
    await later.runHourPass();
    expect(await byFeature()).toEqual({ search: 2 });
    expect(recomputed[0]!.to).toEqual(at(4));
    expect(recomputed.at(-1)!.from.getTime()).toBeLessThanOrEqual(at(-20).getTime());
  });

  test('a crash between the trace and its minutes loses nothing', async () => {
    await send({ id: 'x', trace: 't', parent: 'root', at: -20 });
    await rollups.runMinutePass();
    await send({ id: 'root', trace: 't', at: 3, kind: 'chain', feature: 'search' });
    const dying = newService();
    dying.register({ name: 'crash', recompute: () => Promise.reject(new Error('killed')) });
    await expect(dying.runMinutePass()).rejects.toThrow('killed');
    await newService().runMinutePass();
    expect(recomputed.some(({ from, to }) => from <= at(-20) && to > at(-20))).toBe(true);
  });
});

test('the row of a trace', async () => {
  await send(
    {
      id: 'root',
      trace: 't',
      at: 3,
      seconds: 100,
      kind: 'chain',
      name: 'answer',
      user_id: 'u',
      tags: ['a'],
      cost: null,
    },
    {
      id: 'x',
      trace: 't',
      parent: 'root',
      at: 2.5,
      seconds: 10,
      response_model: 'm-1',
      provider: 'openai',
      ttft_ms: 80,
    },
    { id: 'y', trace: 't', parent: 'root', at: 2, seconds: 9, request_model: 'm-2', status: 'error', cost: null },
  );
  await rollups.runMinutePass();
  const [row] = await clickhouse.query<Record<string, unknown>>(
    `SELECT trace_id, start_time, end_time, root_span_id, name, user_id, tags, models, providers, spans, calls, errors,
       tokens_input, tokens_output, cost, cost_currency, unpriced_calls, ttft_ms, status FROM traces FINAL`,
  );
  expect(row).toMatchObject({
    trace_id: 't',
    root_span_id: 'root',
    name: 'answer',
    user_id: 'u',
    tags: ['a'],
    models: ['m-1', 'm-2'],
    providers: ['openai'],
    spans: 3,
    calls: 2,
    errors: 1,
    tokens_input: 30,
    tokens_output: 6,
    cost: '0.25',
    cost_currency: 'USD',
    unpriced_calls: 1,
    ttft_ms: 80,
    status: 'ok',
  });
  expect(new Date(String(row!['start_time']))).toEqual(new Date(at(3).getTime() - 100_000));
});

test('rule 11: values beyond the cap are summed as other, and parts equal the total', async () => {
  const many = Array.from({ length: 1010 }, (_, i) => ({
    id: `s${i}`,
    at: 1,
    customer: `customer ${String(i).padStart(4, '0')}`,
  }));
  await send(...many);
  await rollups.runHourPass();
  const [first] = await clickhouse.query<object>(
    `SELECT sum(calls) AS total, uniqExact(customer) AS customers, sumIf(calls, customer = 'other') AS other FROM hour_rollup FINAL`,
  );
  expect(first).toEqual({ total: 1010, customers: 1001, other: 10 });
  await send({ id: 'new', at: 2, customer: 'aaa, a late comer' }, { id: 'again', at: 2, customer: 'customer 0000' });
  await newService().runHourPass();
  const [second] = await clickhouse.query<object>(
    `SELECT sum(calls) AS total, sumIf(calls, customer = 'other') AS other, sumIf(calls, customer = 'customer 0000') AS old FROM hour_rollup FINAL`,
  );
  expect(second).toEqual({ total: 1012, other: 11, old: 2 });
});

describe('the audit', () => {
  /** As if the last passes had begun later: what arrived within two minutes of a pass is left out. */
  async function letTimePass(): Promise<void> {
    await database.dataSource.query(
      `UPDATE cursors SET value = jsonb_set(value, '{startedMicros}', to_jsonb(((value ->> 'startedMicros')::bigint + 200000000)::text))
       WHERE name IN ('rollups.dirty', 'rollups.hours')`,
    );
  }

  test('finds a minute that is not what the rows say, mends it, and then is content', async () => {
    await send({ id: 'a', at: 1 }, { id: 'b', at: 2 });
    await rollups.runMinutePass();
    expect((await rollups.audit()).differences).toBe(0);
    await clickhouse.command(
      `ALTER TABLE minute_rollup DELETE WHERE minute = {minute:DateTime}`,
      { minute: at(1) },
      { mutations_sync: '1' },
    );
    expect((await rollups.audit()).differences).toBe(0);
    await letTimePass();
    expect((await rollups.audit()).differences).toBe(1);
    expect((await rollups.audit()).differences).toBe(0);
    expect((await rollups.lastAudit())?.differences).toBe(0);
    expect(await minutes()).toHaveLength(2);
  });

  test('finds an hour that is not the sum of its minutes', async () => {
    await send({ id: 'a', at: 1, feature: 'one' }, { id: 'b', at: 2, feature: 'two' });
    await rollups.runMinutePass();
    await rollups.runHourPass();
    await letTimePass();
    expect((await rollups.audit()).differences).toBe(0);
    await clickhouse.command(`ALTER TABLE hour_rollup DELETE WHERE feature = 'one'`, {}, { mutations_sync: '1' });
    expect((await rollups.audit()).differences).toBe(1);
    expect((await rollups.audit()).differences).toBe(0);
    expect(await byFeature()).toEqual({ one: 1, two: 1 });
  });
});

test('two workers at once, while copies, roots and late spans arrive: every figure is what the rows say', async () => {
  let state = 7;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const workers = [newService(), newService()];
  const randomSpan = (): GivenSpan => {
    const trace = random(12);
    const which = random(4);
    return {
      id: `t${trace}s${which}`,
      trace: `t${trace}`,
      parent: which === 0 ? '' : `t${trace}s0`,
      // The end is a function of the span, except for a few whose second copy ends at another time.
      at: trace * 7 - which * 3 + (random(20) === 0 ? 0.5 : 0),
      kind: which === 1 ? 'tool' : 'generation',
      feature: random(3) === 0 ? '' : `feature ${random(3)}`,
      cost: random(5) === 0 ? null : `${random(100) / 100}`,
      finished: random(8) === 0 ? 0 : 1,
    };
  };
  for (let step = 0; step < 12; step += 1) {
    await Promise.all([
      send(...Array.from({ length: 1 + random(6) }, randomSpan)),
      ...workers.filter(() => random(2) === 0).map((worker) => worker.runMinutePass()),
    ]);
  }
  await workers[0]!.runMinutePass();
  await newService().runMinutePass();
  await newService().runHourPass();

  const rows = await clickhouse.query<Stored>(
    `SELECT trace_id, span_id, parent_span_id, toStartOfMinute(time) AS minute, time, kind, feature, finished,
       toInt64(ifNull(cost, 0) * 100) AS cents, version FROM spans ORDER BY version`,
  );
  const standing = [...new Map(rows.map((row) => [`${row.trace_id} ${row.span_id} ${row.time}`, row])).values()];
  expect(await minuteSums()).toEqual(sumsBy(standing, (row) => row.minute));
  expect(await featureSums()).toEqual(sumsBy(standing.filter(isStoredCall), (row) => effectiveFeature(row, standing)));
});

interface Stored {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly minute: string;
  readonly time: string;
  readonly kind: string;
  readonly feature: string;
  readonly finished: number;
  readonly cents: number;
}

const isStoredCall = (row: Stored): boolean => row.kind === 'generation';

/** Of several rows of the root's id the one that started first is the root: here all spans take one second. */
function effectiveFeature(row: Stored, all: readonly Stored[]): string {
  const roots = all.filter((each) => each.trace_id === row.trace_id && each.parent_span_id === '');
  const root = roots.toSorted((left, right) => (left.time < right.time ? -1 : 1))[0];
  return row.feature !== '' ? row.feature : (root?.feature ?? '');
}

/** Calls and cents of finished spans by a key, keys without calls left out. */
function sumsBy(rows: readonly Stored[], keyOf: (row: Stored) => string): Record<string, [number, number]> {
  const sums: Record<string, [number, number]> = {};
  for (const row of rows.filter((each) => each.finished === 1 && isStoredCall(each))) {
    const [calls, cents] = sums[keyOf(row)] ?? [0, 0];
    sums[keyOf(row)] = [calls + 1, cents + row.cents];
  }
  return sums;
}

interface SumRow {
  readonly key: string;
  readonly n: number;
  readonly cents: number;
}

const asSums = (rows: readonly SumRow[]): Record<string, [number, number]> =>
  Object.fromEntries(rows.map(({ key, n, cents }) => [key, [n, cents]]));

async function minuteSums(): Promise<Record<string, [number, number]>> {
  return asSums(
    await clickhouse.query<SumRow>(
      'SELECT minute AS key, calls AS n, toInt64(cost * 100) AS cents FROM minute_rollup FINAL WHERE calls > 0',
    ),
  );
}

async function featureSums(): Promise<Record<string, [number, number]>> {
  return asSums(
    await clickhouse.query<SumRow>(
      'SELECT toString(feature) AS key, sum(calls) AS n, toInt64(sum(cost) * 100) AS cents FROM hour_rollup FINAL GROUP BY key HAVING n > 0',
    ),
  );
}
