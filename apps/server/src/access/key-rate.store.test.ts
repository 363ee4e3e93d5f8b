import { readSettings } from '@plimsoll/contract';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessEntities } from './access.entity.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';
import { KeyVerifier } from './key-verifier.js';
import { makeOwner } from './testing/make-owner.js';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startTestPostgres();
});

afterAll(() => postgres.stop());

test('a key brings its rate to where it is used, also one that was changed; one without a rate has no limit', async () => {
  const { dataSource } = await postgres.createDatabase(accessEntities);
  const settings = readSettings({});
  const verifier = new KeyVerifier(dataSource, settings);
  const access = new AccessService(dataSource, settings, new AuditService(dataSource), verifier);
  const owner = await makeOwner(dataSource);
  const limited = await access.createKey(owner, { name: 'slow', scopes: ['ingest'], rateLimit: 500 });
  const free = await access.createKey(owner, { name: 'fast', scopes: ['ingest'] });
  expect((await verifier.verify({ 'x-api-key': limited.secret }, 'ingest')).rateLimit).toBe(500);
  expect(await verifier.verify({ 'x-api-key': free.secret }, 'ingest')).not.toHaveProperty('rateLimit');

  expect(await access.changeKey(owner, limited.key.id, { rateLimit: 20 })).toMatchObject({
    name: 'slow',
    rateLimit: 20,
  });
  expect((await verifier.verify({ 'x-api-key': limited.secret }, 'ingest')).rateLimit).toBe(20);
  await access.changeKey(owner, limited.key.id, { rateLimit: null, name: 'now fast' });
  expect(await verifier.verify({ 'x-api-key': limited.secret }, 'ingest')).not.toHaveProperty('rateLimit');
  const changes = await dataSource.query(`SELECT detail FROM audit_log WHERE action = 'api_key.update' ORDER BY id`);
  expect(changes).toEqual([{ detail: { rateLimit: 20 } }, { detail: { rateLimit: null, name: 'now fast' } }]);

  const stranger = { ...owner, project: { ...owner.project, id: owner.organisationId } };
  await expect(access.changeKey(stranger, free.key.id, { rateLimit: 1 })).rejects.toMatchObject({ code: 'not_found' });
  await access.revokeKey(owner, free.key.id);
  await expect(access.changeKey(owner, free.key.id, { rateLimit: 1 })).rejects.toMatchObject({ code: 'conflict' });
});
