import { quantileOfBuckets } from '@plimsoll/statistics';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { effectiveSpans } from './effective-spans.queries.js';
import { HourRecompute, wholeHour } from './hour-recompute.js';
import { closedBefore, type MinuteRange } from './minute-recompute.js';
import {
  at,
  byFeature,
  type GivenSpan,
  minutes,
  project,
  type RollupsWorld,
  send as sendTo,
  startWorld,
} from './testing/world.js';
import type { RollupsService } from './rollups.service.js';

let world: RollupsWorld;
let rollups: RollupsService;
let recomputed: MinuteRange[];

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

beforeEach(() => {
  rollups = newService();
});

afterEach(() => world.empty());

/** A worker of its own, whose recomputed ranges are noted from now on. */
function newService(retention?: string): RollupsService {
  const service = world.newService(retention);
  const ranges: MinuteRange[] = [];
  recomputed = ranges;
  service.register({ name: 'spy', recompute: (range) => Promise.resolve(void ranges.push(range)) });
  return service;
}

const send = (...given: GivenSpan[]): Promise<void> => sendTo(world.clickhouse, ...given);

describe('what a minute counts', () => {
  test('figures of a minute', async () => {
    await send(
      { id: 'a', at: 1, seconds: 2, ttft_ms: 120 },
      { id: 'b', at: 1.5, status: 'error', cost: null, unpriced_tokens: 18 },
      { id: 'c', at: 1.2, kind: 'tool', status: 'error' },
    );
    await rollups.runMinutePass();
    const [row] = await world.clickhouse.query<Record<string, unknown>>(
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
    const [row] = await world.clickhouse.query<{ latency_buckets: Record<string, number> }>(
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
    expect(await minutes(world.clickhouse)).toEqual([[1, 1, 1, '0.25']]);
    await send({ id: 'a', at: 3 });
    await rollups.runMinutePass();
    expect(await minutes(world.clickhouse)).toEqual([
      [1, 1, 1, '0.25'],
      [3, 1, 1, '0.25'],
    ]);
    expect(await world.clickhouse.query('SELECT spans, id_conflicts FROM traces FINAL')).toEqual([
      { spans: 2, id_conflicts: 1 },
    ]);
  });

  test('rule 2: the later copy stands, a pending span is in no figure', async () => {
    await send({ id: 'a', at: 1, cost: '1' }, { id: 'p', at: 1, finished: 0 });
    await rollups.runMinutePass();
    await send({ id: 'a', at: 1, cost: '2' });
    await rollups.runMinutePass();
    expect(await minutes(world.clickhouse)).toEqual([[1, 1, 1, '2']]);
  });

  test('rule 14: an erased copy hides the content and moves no figure, and nothing un-erases', async () => {
    await send({ id: 'a', at: 1, output: 'secret' });
    await rollups.runMinutePass();
    const before = await minutes(world.clickhouse);
    await send({ id: 'a', at: 1, output: '', erased: 1 });
    await send({ id: 'a', at: 1, output: 'secret again' });
    await rollups.runMinutePass();
    expect(await minutes(world.clickhouse)).toEqual(before);
    expect(await world.clickhouse.query('SELECT output FROM spans FINAL')).toEqual([{ output: '' }]);
  });
});

describe('the dirty pass', () => {
  test('rules 4 and 7: late spans change minutes of any age', async () => {
    await send({ id: 'a', at: 1 });
    await rollups.runMinutePass();
    await send({ id: 'late', at: -60 * 24 * 30 });
    await rollups.runMinutePass();
    expect(await minutes(world.clickhouse)).toEqual([
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
      [from, to].map((each) => (each.getTime() - at(0).getTime()) / 60_000),
    );
    expect(ranges).toEqual([
      [1, 46],
      [-600, -599],
    ]);
    recomputed.length = 0;
    await rollups.runMinutePass();
    expect(recomputed).toEqual([]);
  });

  test('rule 10: an outcome that becomes another dirties the minutes that it counted in before', async () => {
    const told = (minutes: number, status: string) =>
      world.clickhouse.insert('outcomes', [
        { project, name: 'paid', outcome_key: 'k', occurred_at: at(minutes), status, expires_on: '2149-01-01' },
      ]);
    await told(1, 'success');
    await rollups.runMinutePass();
    expect(recomputed.map(({ from }) => from)).toEqual([at(1)]);
    await told(200, 'failure');
    await rollups.runMinutePass();
    expect(recomputed.slice(1).map(({ from }) => from)).toEqual([at(200), at(1)]);
    await rollups.runMinutePass();
    expect(recomputed).toHaveLength(3);
  });

  test('rule 2: a pending form is one span of its trace until its finished one stands in its place', async () => {
    const row = () =>
      world.clickhouse.query(
        'SELECT spans, id_conflicts, status, feature FROM traces FINAL WHERE trace_id = {id:String}',
        {
          id: 't',
        },
      );
    await send({ id: '0a', trace: 't', at: 1, seconds: 0, finished: 0, feature: 'early' });
    await rollups.runMinutePass();
    expect(await row()).toEqual([{ spans: 1, id_conflicts: 0, status: 'ok', feature: 'early' }]);
    await send({ id: '0a', trace: 't', at: 2, seconds: 60, status: 'error', feature: 'told' });
    await rollups.runMinutePass();
    expect(await row()).toEqual([{ spans: 1, id_conflicts: 0, status: 'error', feature: 'told' }]);
  });

  test('rule 4: another process, or a lost cursor, costs a repeat and no figure', async () => {
    await send({ id: 'a', at: 1 });
    await rollups.runMinutePass();
    await newService().runMinutePass();
    await world.dataSource.query('DELETE FROM cursors');
    await newService().runMinutePass();
    expect(recomputed).toHaveLength(1);
    expect(await minutes(world.clickhouse)).toEqual([[1, 1, 1, '0.25']]);
  });

  test('rule 4: a failing capability keeps the pass unfinished, and the others get their figures', async () => {
    let failing = true;
    rollups.register({
      name: 'broken',
      recompute: () => (failing ? Promise.reject(new Error('not now')) : Promise.resolve()),
    });
    await send({ id: 'a', at: 1 });
    await expect(rollups.runMinutePass()).rejects.toThrow('not now');
    expect(await minutes(world.clickhouse)).toEqual([[1, 1, 1, '0.25']]);
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
    expect(await byFeature(world.clickhouse)).toEqual({ right: 1, wrong: 1 });
    await send({ id: 'a', at: 1, feature: 'right' });
    const later = newService();
    await later.runMinutePass();
    await later.runHourPass();
    expect(await byFeature(world.clickhouse)).toEqual({ right: 2 });
    await world.clickhouse.command(`ALTER TABLE spans DELETE WHERE span_id = 'b'`, {}, { mutations_sync: '1' });
    await send({ id: 'c', at: 2, finished: 0 });
    await later.runMinutePass();
    expect(await minutes(world.clickhouse)).toEqual([
      [1, 1, 1, '0.25'],
      [2, 0, 0, '0'],
    ]);
  });

  test('rule 5: the same hour is not recomputed again at once, and not forgotten either', async () => {
    await send({ id: 'a', at: 1, feature: 'one' });
    await rollups.runHourPass();
    await send({ id: 'b', at: 1, feature: 'two' });
    await rollups.runHourPass();
    expect(await byFeature(world.clickhouse)).toEqual({ one: 1 });
    await newService().runHourPass();
    expect(await byFeature(world.clickhouse)).toEqual({ one: 1, two: 1 });
  });

  test('rule 6: a minute is closed by a pass that began 60 s after its end', async () => {
    expect(await rollups.lastPass()).toBeNull();
    const before = await world.clickhouse.now();
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
    await world.clickhouse.insert('scores', [
      { project, time: at(1), trace_id: 'a', span_id: 'a', scorer: 's', value: 1, expires_on: '2149-06-06' },
    ]);
    await rollups.runMinutePass();
    expect(recomputed).toEqual([{ projectId: project, from: at(1), to: at(2) }]);
  });

  test('rule 12: a sealed minute is never recomputed, though its spans are gone', async () => {
    await send({ id: 'a', at: -60 * 24 * 40 });
    await rollups.runMinutePass();
    await world.clickhouse.command('TRUNCATE TABLE spans');
    await send({ id: 'b', at: -60 * 24 * 40, finished: 0 });
    await newService('30').runMinutePass();
    expect(await minutes(world.clickhouse)).toEqual([[-60 * 24 * 40, 1, 1, '0.25']]);
    await newService('50').runMinutePass();
    expect(await minutes(world.clickhouse)).toEqual([[-60 * 24 * 40, 0, 0, '0']]);
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
    expect(await world.clickhouse.query(spansWithFeature, around)).toEqual([
      { span_id: 'root', feature: 'search', prompt_name: 'p', prompt_version: '7' },
      { span_id: 'x', feature: 'search', prompt_name: 'p', prompt_version: '7' },
      { span_id: 'y', feature: 'own', prompt_name: 'q', prompt_version: '' },
    ]);
  });

  test('a root that comes last dirties every minute of its trace', async () => {
    await send({ id: 'x', trace: 't', parent: 'root', at: -20 }, { id: 'y', trace: 't', parent: 'root', at: 2 });
    await rollups.runMinutePass();
    await rollups.runHourPass();
    expect(await byFeature(world.clickhouse)).toEqual({ '': 2 });
    recomputed.length = 0;
    await send({ id: 'root', trace: 't', at: 3, kind: 'chain', feature: 'search' });
    const later = newService();
    await later.runMinutePass();
    await later.runHourPass();
    expect(await byFeature(world.clickhouse)).toEqual({ search: 2 });
    expect(recomputed[0]!.to).toEqual(at(4));
    expect(recomputed.at(-1)!.from.getTime()).toBeLessThanOrEqual(at(-20).getTime());
  });

  test('a trace that goes on after days is one trace, and inherits from its root', async () => {
    const days = 5 * 1440;
    await send({ id: 'root', trace: 't', at: -days, kind: 'chain', feature: 'search' });
    await rollups.runMinutePass();
    await send({ id: 'x', trace: 't', parent: 'root', at: 2 });
    const later = newService();
    await later.runMinutePass();
    await later.runHourPass();
    const rows = await world.clickhouse.query('SELECT spans, feature FROM traces FINAL');
    expect(rows).toEqual([{ spans: 2, feature: 'search' }]);
    expect(await byFeature(world.clickhouse)).toEqual({ search: 1 });
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
  const [row] = await world.clickhouse.query<Record<string, unknown>>(
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
  const [first] = await world.clickhouse.query<object>(
    `SELECT sum(calls) AS total, uniqExact(customer) AS customers, sumIf(calls, customer = 'other') AS other FROM hour_rollup FINAL`,
  );
  expect(first).toEqual({ total: 1010, customers: 1001, other: 10 });
  await send({ id: 'new', at: 2, customer: 'aaa, a late comer' }, { id: 'again', at: 2, customer: 'customer 0000' });
  await newService().runHourPass();
  const [second] = await world.clickhouse.query<object>(
    `SELECT sum(calls) AS total, sumIf(calls, customer = 'other') AS other, sumIf(calls, customer = 'customer 0000') AS old FROM hour_rollup FINAL`,
  );
  expect(second).toEqual({ total: 1012, other: 11, old: 2 });
});

test('a busy hour stands by the minute: the same sums, and only the minutes that changed are read again', async () => {
  const hour = at(-30).getTime() / 1000;
  const recompute = new HourRecompute(world.clickhouse, 3);
  const changed = (...numbers: number[]): Parameters<typeof recompute.run>[0] => ({
    projectId: project,
    hours: [hour],
    minutes: numbers.map((number) => ({ minute: at(number).getTime() / 1000, rows: 1 })),
  });
  const rows = (): Promise<{ minute: number; calls: number }[]> =>
    world.clickhouse.query(
      `SELECT dateDiff('minute', fromUnixTimestamp({hour:UInt32}), hour) AS minute, sum(calls) AS calls
      FROM hour_rollup FINAL GROUP BY minute HAVING calls > 0 ORDER BY minute`,
      { hour },
    );
  await send(
    { id: 'a', at: -30, feature: 'one' },
    { id: 'b', at: 1, feature: 'one' },
    { id: 'c', at: 2, feature: 'two' },
  );
  await recompute.run(changed(-30, 1, 2), 0);
  expect(await rows()).toEqual([{ minute: 0, calls: 3 }]);
  await send({ id: 'd', at: 2, feature: 'one' });
  await rollups.runMinutePass();
  await recompute.run(changed(2), 0);
  expect(await rows()).toEqual([
    { minute: 0, calls: 1 },
    { minute: 31, calls: 1 },
    { minute: 32, calls: 2 },
  ]);
  await send({ id: 'e', at: 5, feature: 'two' }, { id: 'f', at: 1, feature: 'three' });
  await recompute.run(changed(5), 0);
  expect(await byFeature(world.clickhouse)).toEqual({ one: 3, two: 2 });
  await recompute.run(wholeHour(project, hour), 0);
  expect(await byFeature(world.clickhouse)).toEqual({ one: 3, three: 1, two: 2 });
  expect(await rows()).toHaveLength(4);
});

test('an hour whose change to minutes was cut off is whole after the next recompute', async () => {
  const hour = at(-30).getTime() / 1000;
  const numbers = [-30, -20, -10, 1, 2];
  await send(...numbers.map((number) => ({ id: `s${number}`, at: number, feature: 'one' })));
  await rollups.runMinutePass();
  await rollups.runHourPass();
  let written = 0;
  const cutOff = Object.create(world.clickhouse) as RollupsWorld['clickhouse'];
  cutOff.command = (sql, ...more) => {
    if (sql.includes('INSERT INTO hour_rollup') && ++written > 3) return Promise.reject(new Error('killed'));
    return world.clickhouse.command(sql, ...more);
  };
  const changed = { projectId: project, hours: [hour], minutes: [{ minute: at(2).getTime() / 1000, rows: 1 }] };
  await expect(new HourRecompute(cutOff, 3).run(changed, 0)).rejects.toThrow('killed');
  expect(await byFeature(world.clickhouse)).toEqual({ one: 3 });
  await new HourRecompute(world.clickhouse, 3).run(changed, 0);
  expect(await byFeature(world.clickhouse)).toEqual({ one: 5 });
});

describe('the audit', () => {
  /** As if the last passes had begun later: what arrived within two minutes of a pass is left out. */
  async function letTimePass(): Promise<void> {
    await world.dataSource.query(
      `UPDATE cursors SET value = jsonb_set(value, '{startedMicros}', to_jsonb(((value ->> 'startedMicros')::bigint + 200000000)::text))
       WHERE name IN ('rollups.dirty', 'rollups.hours')`,
    );
  }

  test('finds a minute that is not what the rows say, mends it, and then is content', async () => {
    await send({ id: 'a', at: 1 }, { id: 'b', at: 2 });
    await rollups.runMinutePass();
    expect((await rollups.audit()).differences).toBe(0);
    await world.clickhouse.command(
      `ALTER TABLE minute_rollup DELETE WHERE minute = {minute:DateTime}`,
      { minute: at(1) },
      { mutations_sync: '1' },
    );
    expect((await rollups.audit()).differences).toBe(0);
    await letTimePass();
    expect((await rollups.audit()).differences).toBe(1);
    expect((await rollups.audit()).differences).toBe(0);
    expect((await rollups.lastAudit())?.differences).toBe(0);
    expect(await minutes(world.clickhouse)).toHaveLength(2);
  });

  test('finds an hour that is not the sum of its minutes', async () => {
    await send({ id: 'a', at: 1, feature: 'one' }, { id: 'b', at: 2, feature: 'two' });
    await rollups.runMinutePass();
    await rollups.runHourPass();
    await letTimePass();
    expect((await rollups.audit()).differences).toBe(0);
    await world.clickhouse.command(`ALTER TABLE hour_rollup DELETE WHERE feature = 'one'`, {}, { mutations_sync: '1' });
    expect((await rollups.audit()).differences).toBe(1);
    expect((await rollups.audit()).differences).toBe(0);
    expect(await byFeature(world.clickhouse)).toEqual({ one: 1, two: 1 });
  });
});
