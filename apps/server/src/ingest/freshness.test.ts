import type { ClickHouse } from '@plimsoll/clickhouse';
import { readSettings } from '@plimsoll/contract';
import type { DataSource } from 'typeorm';
import { expect, test } from 'vitest';
import type { MeasuredExportRow } from './freshness.queries.js';
import { FairChoice, FreshnessService, type MeasuredExport } from './freshness.service.js';

test('chooses each item equally often, with the probability that it says', () => {
  const times = Array.from({ length: 40 }, () => 0);
  let sum = 0;
  for (let round = 0; round < 2_000; round += 1) {
    const choice = new FairChoice<number>(10);
    for (let item = 0; item < 40; item += 1) choice.add(item);
    const { items, probability } = choice.take();
    expect(items).toHaveLength(10);
    expect(probability).toBe(0.25);
    for (const item of items) times[item] = (times[item] ?? 0) + 1;
    sum += items.length / probability;
  }
  // Binomial(2000, 0.25): 500, standard deviation 19.4; six of them are exceeded once in a hundred million.
  expect(Math.max(...times.map((count) => Math.abs(count - 500)))).toBeLessThan(117);
  expect(sum).toBe(80_000);
  expect(new FairChoice<number>(10).take()).toEqual({ items: [], probability: 1 });
});

const exported = (afterMs: number, stored = true): MeasuredExport => ({
  signal: 'traces',
  receivedAt: new Date(1_790_000_000_000),
  endedAt: new Date(1_790_000_000_000 + afterMs),
  stored,
});

/** A store that can be down, and a database that has the platform's project once `known` is set. */
function surroundings() {
  const state = { down: false, known: true, rows: [] as MeasuredExportRow[] };
  const insert = (_: string, rows: readonly MeasuredExportRow[]) => {
    if (state.down) return Promise.reject(new Error('down'));
    state.rows.push(...rows);
    return Promise.resolve();
  };
  const project = { id: 'own', slug: 'plimsoll-itself', spanRetentionDays: null, createdAt: new Date(0) };
  const findOneBy = () => Promise.resolve(state.known ? project : null);
  const service = new FreshnessService(
    { insert } as unknown as ClickHouse,
    { getRepository: () => ({ findOneBy }) } as unknown as DataSource,
    readSettings({}, () => ''),
  );
  return { state, service };
}

test('writes what it measured as spans of the platform, each standing for those it was chosen from', async () => {
  const { state, service } = surroundings();
  for (let index = 0; index < 40; index += 1) service.note(exported(250));
  await service.flush();
  await service.flush();
  expect(state.rows).toHaveLength(10);
  expect(new Set(state.rows.map(({ trace_id }) => trace_id)).size).toBe(10);
  for (const row of state.rows) {
    expect(row).toMatchObject({ project: 'own', feature: 'ingest', finished: 1, status: 'ok', sample_p: 0.25 });
    expect(Date.parse(row.end_time) - Date.parse(row.start_time)).toBe(250);
    expect(row.time).toBe(row.end_time);
  }
});

test('a store that takes nothing shows as bad once it takes something again', async () => {
  const { state, service } = surroundings();
  state.down = true;
  service.note(exported(30_000, false));
  await service.flush();
  expect(state.rows).toEqual([]);
  state.down = false;
  service.note(exported(20));
  await service.flush();
  expect(state.rows.map(({ status, error_type }) => [status, error_type])).toEqual([
    ['error', 'unavailable'],
    ['ok', ''],
  ]);
});

test('writes nothing before there is a project for it', async () => {
  const { state, service } = surroundings();
  state.known = false;
  service.note(exported(1));
  await service.flush();
  expect(state.rows).toEqual([]);
});
