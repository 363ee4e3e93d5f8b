import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouse } from '@plimsoll/clickhouse';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import { type Project, readSettings } from '@plimsoll/contract';
import { detectBody } from '@plimsoll/otlp';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessEntities } from '../access/access.entity.js';
import { makeOwner } from '../access/testing/make-owner.js';
import { PriceRowEntity } from '../cost/cost.entity.js';
import { PriceBooks } from '../cost/price-books.service.js';
import { maskingEntities } from '../operations/masking.entity.js';
import { MaskingPolicies } from '../operations/masking-policies.service.js';
import { IngestService } from './ingest.service.js';
import { RemapEntity } from './remap.entity.js';
import { RemapService } from './remap.service.js';
import { TalliesService } from './tallies.service.js';

const root = new URL('../../../../test/fixtures', import.meta.url).pathname;
const bodies = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(otlp\/.*traces-\d+\.bin|dialects\/.*\.json)$/.test(path))
  .map((path) => detectBody(readFileSync(join(root, path))));
const range = { fromAt: new Date('2020-01-01T00:00:00Z'), toAt: new Date('2100-01-01T00:00:00Z') };

let store: TestClickHouse;
let postgres: TestPostgres;
let database: TestDatabase;
let project: Project;

beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  database = await postgres.createDatabase([...accessEntities, ...maskingEntities, PriceRowEntity, RemapEntity]);
  ({ project } = await makeOwner(database.dataSource));
  const { prices, masking } = services();
  const ingest = new IngestService(store.clickhouse, new TalliesService(store.clickhouse), prices, masking, {
    maxTextBytes: 4_000_000,
  });
  await Promise.all(bodies.map(({ bytes, encoding }) => ingest.accept('traces', bytes, encoding, project)));
});

afterAll(async () => {
  await Promise.all([store.stop(), postgres.stop()]);
});

function services() {
  const { dataSource } = database;
  return {
    prices: new PriceBooks(dataSource),
    masking: new MaskingPolicies(dataSource, store.clickhouse, readSettings({})),
  };
}

/** One run, worked off by a service of its own as after a restart; `clickhouse` may fail on the way. */
async function remap(dryRun: boolean, clickhouse: ClickHouse = store.clickhouse): Promise<RemapEntity> {
  const { prices, masking } = services();
  const runs = database.dataSource.getRepository(RemapEntity);
  const unfinished = await runs.findOneBy({ state: 'running' });
  const { id } =
    unfinished ?? (await runs.save(runs.create({ projectId: project.id, ...range, dryRun, createdBy: 'test' })));
  await new RemapService(clickhouse, database.dataSource, prices, masking).work();
  return runs.findOneByOrFail({ id });
}

/** Everything of every span that stands, but when it was written. */
function stored() {
  return store.clickhouse.query<Record<string, unknown>>(
    `SELECT * EXCEPT (ingested_at, version) FROM spans FINAL ORDER BY time, trace_id, span_id`,
  );
}

/**
 * New copies of all calls as they would be if no dialect had known their keys. Content stays: of some spans its attributes
 * are not stored, which an older table would have done.
 */
function forgetCalls(): Promise<void> {
  return store.clickhouse.command(
    `INSERT INTO spans (* EXCEPT (ingested_at, version))
     SELECT * EXCEPT (ingested_at, version)
       REPLACE ('span' AS kind, '' AS provider, '' AS request_model, '' AS response_model, 0 AS has_usage, '' AS usage,
         0 AS tokens_input, 0 AS tokens_output, 0 AS tokens_cache_read, 0 AS tokens_reasoning, NULL AS cost,
         '' AS cost_currency, 'none' AS cost_source, NULL AS cost_computed, '' AS price_version, 0 AS unpriced_tokens,
         NULL AS ttft_ms, '' AS ttft_source, NULL AS stream, '' AS finish_reason)
     FROM (SELECT * FROM spans FINAL WHERE has_usage = 1)`,
  );
}

test('with the table that mapped them, no span changes', async () => {
  const before = await stored();
  expect(before.length).toBeGreaterThan(700);
  const run = await remap(false);
  expect(run).toMatchObject({ state: 'done', changed: 0, notMappable: 0, fields: {}, error: null });
  expect(run.scanned).toBe(before.length);
  expect(await stored()).toEqual(before);
});

test('spans that an older table mapped get what the table of today says, prices included, though cut off on the way', async () => {
  const before = await stored();
  await forgetCalls();
  const forgotten = before.filter(({ has_usage }) => has_usage === 1).length;
  const counted = await remap(true);
  expect(counted).toMatchObject({ state: 'done', dryRun: true, changed: forgotten });
  expect(counted.fields['tokens']).toBe(forgotten);
  expect(await stored()).not.toEqual(before);

  let inserts = 0;
  const failing = Object.create(store.clickhouse, {
    insertEncoded: {
      value: (...args: Parameters<ClickHouse['insertEncoded']>) => {
        inserts += 1;
        return inserts > 1 ? Promise.reject(new Error('down')) : store.clickhouse.insertEncoded(...args);
      },
    },
  }) as ClickHouse;
  const cut = await remap(false, failing);
  expect(cut).toMatchObject({ state: 'running', error: 'down' });
  expect(cut.scanned).toBeGreaterThan(0);
  expect(cut.position).not.toBeNull();
  const run = await remap(false);
  expect(run).toMatchObject({ id: cut.id, state: 'done', changed: forgotten, scanned: before.length, error: null });
  expect(await stored()).toEqual(before);
  expect(await remap(false)).toMatchObject({ changed: 0 });
});

test('what a client sends again while spans are mapped stands', async () => {
  await forgetCalls();
  const [{ sent }] = (await store.clickhouse.query(
    `SELECT any(span_id) AS sent FROM spans FINAL
     WHERE kind = 'span' AND attributes['gen_ai.operation.name'] = 'chat' AND mapContains(attributes, 'gen_ai.usage.input_tokens')`,
  )) as [{ sent: string }];
  const racing = Object.create(store.clickhouse, {
    insertEncoded: {
      value: async (...args: Parameters<ClickHouse['insertEncoded']>) => {
        await store.clickhouse.command(
          `INSERT INTO spans (* EXCEPT (ingested_at, version))
           SELECT * EXCEPT (ingested_at, version) REPLACE ('sent again' AS name) FROM spans FINAL WHERE span_id = {sent:String}`,
          { sent },
        );
        return store.clickhouse.insertEncoded(...args);
      },
    },
  }) as ClickHouse;
  const told = () =>
    store.clickhouse.query('SELECT DISTINCT name, kind FROM spans FINAL WHERE span_id = {sent:String}', { sent });
  expect((await remap(false, racing)).changed).toBeGreaterThan(0);
  expect(await told()).toEqual([{ name: 'sent again', kind: 'span' }]);
  await remap(false);
  expect(await told()).toEqual([{ name: 'sent again', kind: 'generation' }]);
});

test('what was erased, or is blanked by now, stays as it is', async () => {
  const [{ span_id: erased }, { span_id: blanked }] = (await stored()) as [{ span_id: string }, { span_id: string }];
  await store.clickhouse.command(
    `INSERT INTO spans (* EXCEPT (ingested_at, version))
     SELECT * EXCEPT (ingested_at, version)
       REPLACE (if(span_id = {erased:String}, 1, 0) AS erased, if(span_id = {erased:String}, 'span', kind) AS kind,
         map() AS attributes)
     FROM spans FINAL WHERE span_id IN ({erased:String}, {blanked:String})`,
    { erased, blanked },
  );
  const before = await stored();
  expect(await remap(false)).toMatchObject({ changed: 0, notMappable: 2 });
  expect(await stored()).toEqual(before);
});
