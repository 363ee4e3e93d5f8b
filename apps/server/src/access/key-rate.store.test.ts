import { type Project, readSettings } from '@plimsoll/contract';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessEntities } from './access.entity.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';
import { KeyVerifier } from './key-verifier.js';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startTestPostgres();
});

afterAll(() => postgres.stop());

test('a key brings its rate to where it is used; one without a rate has no limit', async () => {
  const { dataSource } = await postgres.createDatabase(accessEntities);
  const [{ id: organisationId }] = await dataSource.query(
    `INSERT INTO organisations (slug, name) VALUES ('o', 'O') RETURNING id`,
  );
  const [{ id }] = await dataSource.query(
    `INSERT INTO projects (organisation_id, slug, name) VALUES ($1, 'p', 'P') RETURNING id`,
    [organisationId],
  );
  const settings = readSettings({});
  const verifier = new KeyVerifier(dataSource, settings);
  const access = new AccessService(dataSource, settings, new AuditService(dataSource), verifier);
  const project = { id, slug: 'p' } as Project;
  const owner = { organisationId, project, scopes: ['admin' as const], actor: 'test', keyPrefix: null, user: null };
  const limited = await access.createKey(owner, { name: 'slow', scopes: ['ingest'], rateLimit: 500 });
  const free = await access.createKey(owner, { name: 'fast', scopes: ['ingest'] });
  expect((await verifier.verify({ 'x-api-key': limited.secret }, 'ingest')).rateLimit).toBe(500);
  expect(await verifier.verify({ 'x-api-key': free.secret }, 'ingest')).not.toHaveProperty('rateLimit');
});
