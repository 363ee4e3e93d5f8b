import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import { readSettings } from '@plimsoll/contract';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessEntities, ProjectEntity } from '../access/access.entity.js';
import { projectOf } from '../access/access.mapping.js';
import { AccessService } from '../access/access.service.js';
import { AuditService } from '../access/audit.service.js';
import { KeyVerifier } from '../access/key-verifier.js';
import { makeOwner } from '../access/testing/make-owner.js';
import { Retentions } from '../rollups/retention.js';
import { RetentionService } from './retention.service.js';

let store: TestClickHouse;
let postgres: TestPostgres;

beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
});

afterAll(async () => {
  await Promise.all([store.stop(), postgres.stop()]);
});

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

function span(project: string, spanId: string, ageDays: number, expiresInDays: number) {
  const time = daysAgo(ageDays).toISOString();
  return {
    project,
    trace_id: 't',
    span_id: spanId,
    time,
    start_time: time,
    end_time: time,
    finished: 1,
    kind: 'generation',
    tokens_input: 7,
    input: '[{"role":"user","text":"secret"}]',
    attributes: { 'gen_ai.prompt': 'secret' },
    expires_on: daysAgo(-expiresInDays).toISOString().slice(0, 10),
  };
}

test('whole days go at once, shared days lose their expired rows, payloads go first', async () => {
  const { dataSource } = await postgres.createDatabase(accessEntities);
  const { organisationId, project } = await makeOwner(dataSource);
  const [{ id: keeper }] = await dataSource.query(
    `INSERT INTO projects (organisation_id, slug, name, payload_retention_days) VALUES ($1, 'k', 'K', 9999) RETURNING id`,
    [organisationId],
  );
  await dataSource.query(
    `INSERT INTO idempotency_keys (project_id, route, key, body_hash, response, created_at)
     VALUES ($1, 'r', 'old', 'h', '[]', now() - interval '8 days'), ($1, 'r', 'new', 'h', '[]', now() - interval '6 days')`,
    [project.id],
  );
  await store.clickhouse.insert('spans', [
    span(project.id, 'gone', 100, -2),
    span(project.id, 'thinned', 95, -1),
    span(keeper, 'kept', 95, 30),
    span(project.id, 'cleared', 40, 50),
    span(project.id, 'fresh', 5, 85),
  ]);
  const settings = readSettings({});
  const retention = new RetentionService(store.clickhouse, dataSource, settings);
  await retention.apply();
  await retention.apply();
  const rows = await store.clickhouse.query<{ id: string; content: number; tokens: number }>(
    `SELECT span_id AS id, input != '' OR notEmpty(attributes) AS content, tokens_input AS tokens FROM spans FINAL ORDER BY id`,
  );
  expect(rows).toEqual([
    { id: 'cleared', content: 0, tokens: 7 },
    { id: 'fresh', content: 1, tokens: 7 },
    { id: 'kept', content: 1, tokens: 7 },
  ]);
  expect(await dataSource.query('SELECT key FROM idempotency_keys')).toEqual([{ key: 'new' }]);
  const [partitions] = await store.clickhouse.query<{ n: number }>(
    `SELECT uniqExact(partition_id) AS n FROM system.parts WHERE table = 'spans' AND active`,
  );
  expect(partitions?.n).toBe(3);
});

test('a project says itself what it keeps; a lengthening keeps sealed what may be gone', async () => {
  const { dataSource } = await postgres.createDatabase(accessEntities);
  const settings = readSettings({});
  const audit = new AuditService(dataSource);
  const access = new AccessService(dataSource, settings, audit, new KeyVerifier(dataSource, settings));
  const owner = await makeOwner(dataSource);
  const row = await dataSource.getRepository(ProjectEntity).findOneByOrFail({ id: owner.project.id });
  const created = projectOf(row, settings);
  expect(created).toMatchObject({ spanRetentionDays: 90, payloadRetentionDays: 30 });
  const principal = { ...owner, project: created };
  const update = (fields: Parameters<AccessService['updateProject']>[2]) =>
    access.updateProject(principal, created.id, fields);
  expect(await update({ spanRetentionDays: 10, payloadRetentionDays: 3 })).toMatchObject({
    spanRetentionDays: 10,
    ownRetention: { spanDays: 10, payloadDays: 3 },
  });
  const longer = await update({ spanRetentionDays: 60 });
  expect(longer).toMatchObject({ spanRetentionDays: 60, payloadRetentionDays: 3 });
  const retention = (await new Retentions(dataSource, settings).read())(created.id);
  expect(retention).toMatchObject({ spanDays: 60, before: { spanDays: 10 } });

  expect(await update({ spanRetentionDays: null, payloadRetentionDays: null })).toMatchObject({
    spanRetentionDays: 90,
    ownRetention: { spanDays: null, payloadDays: null },
  });
  expect((await audit.list(created.id, 10)).map(({ action }) => action)).toContain('project.update');
});
