import type { ClickHouse } from '@plimsoll/clickhouse';
import { expect, test } from 'vitest';
import { TalliesService } from './tallies.service.js';
import type { RejectionRow, UnmappedRow } from './ingest.queries.js';

/** A store that keeps what it is given. */
function keepingStore() {
  const tables = new Map<string, object[]>();
  const state = { down: false };
  const insert = (table: string, rows: readonly object[]) => {
    if (state.down) return Promise.reject(new Error('down'));
    tables.set(table, [...(tables.get(table) ?? []), ...rows]);
    return Promise.resolve();
  };
  return { tables, state, clickhouse: { insert } as unknown as ClickHouse };
}

const refusal = (detail: string): RejectionRow => ({
  project: 'p',
  signal: 'traces',
  reason: 'invalid_input',
  detail,
  route: '/v1/traces',
  field: 'body',
  count: 1,
  key_prefix: 'plk_a',
  user_agent: 'test',
});

test('equal refusals are one row; too many kinds are added up without their particulars', async () => {
  const { tables, clickhouse } = keepingStore();
  const tallies = new TalliesService(clickhouse);
  for (let index = 0; index < 3_000; index += 1) tallies.reject(refusal(`kind ${index % 1_500}`));
  await tallies.onApplicationShutdown();
  const rows = tables.get('rejections') as RejectionRow[];
  expect(rows).toHaveLength(1_001);
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(3_000);
  expect(rows.at(-1)).toMatchObject({ reason: 'invalid_input', detail: '', user_agent: '', count: 1_000 });
});

test('what could not be written is written later, once', async () => {
  const { tables, state, clickhouse } = keepingStore();
  state.down = true;
  const tallies = new TalliesService(clickhouse);
  tallies.reject(refusal('a'));
  await tallies.onApplicationShutdown();
  state.down = false;
  tallies.reject(refusal('a'));
  await tallies.onApplicationShutdown();
  expect(tables.get('rejections')).toMatchObject([{ detail: 'a', count: 2 }]);
});

test('nothing of a secret is kept where it lies across the end of what is kept', async () => {
  const { tables, clickhouse } = keepingStore();
  const tallies = new TalliesService(clickhouse);
  const card = '4111 1111 1111 1111';
  const across = (most: number) => `${'x '.repeat(most / 2 - 6)}${card}`;
  tallies.reject({ ...refusal(across(300)), field: across(100), user_agent: across(100) });
  await tallies.onApplicationShutdown();
  const kept = JSON.stringify(tables.get('rejections'));
  expect(kept).toContain('[card]');
  expect(kept).not.toContain('4111');
});

test('unmapped keys are counted by scope', async () => {
  const { tables, clickhouse } = keepingStore();
  const tallies = new TalliesService(clickhouse);
  tallies.noteUnmapped('p', [
    { scopeName: 'a', unmapped: ['x', 'y'], spans: 1 },
    { scopeName: 'a', unmapped: ['x'], spans: 4 },
    { scopeName: null, unmapped: ['x'], spans: 1 },
    { scopeName: 'b', unmapped: [], spans: 1 },
  ]);
  await tallies.onApplicationShutdown();
  expect(
    (tables.get('unmapped_attributes') as UnmappedRow[]).map(({ scope_name, key, count }) => [scope_name, key, count]),
  ).toEqual([
    ['a', 'x', 5],
    ['a', 'y', 1],
    ['', 'x', 1],
  ]);
});
