import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Principal } from '../../http/principal.js';

/** Whoever may do everything in a new project, which is the only one of an organisation of its own. */
export async function makeOwner(dataSource: DataSource): Promise<Principal> {
  const [{ id: organisationId }] = await dataSource.query(
    `INSERT INTO organisations (slug, name) VALUES ($1, 'Test') RETURNING id`,
    [randomUUID()],
  );
  const [{ id }] = await dataSource.query(
    `INSERT INTO projects (organisation_id, slug, name) VALUES ($1, 'shop', 'Shop') RETURNING id`,
    [organisationId],
  );
  return {
    organisationId,
    project: {
      id,
      slug: 'shop',
      name: 'Shop',
      simulated: false,
      currency: 'USD',
      timeZone: 'UTC',
      spanRetentionDays: null,
      payloadRetentionDays: null,
      ownRetention: { spanDays: null, payloadDays: null },
      createdAt: '2026-01-01T00:00:00Z',
    },
    scopes: ['admin'],
    actor: 'test',
    keyPrefix: null,
    user: null,
  };
}
