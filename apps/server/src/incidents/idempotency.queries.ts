import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';

export interface IdempotentCall {
  readonly projectId: string;
  readonly route: string;
  readonly key: string;
}

/** A key may be anything, also a secret by mistake: only its hash is kept. */
const stored = (key: string): string => createHash('sha256').update(key).digest('hex');

export async function findIdempotent<T>(
  manager: EntityManager,
  { projectId, route, key }: IdempotentCall,
): Promise<{ bodyHash: string; response: T } | null> {
  const rows = await manager.query<{ body_hash: string; response: T }[]>(
    'SELECT body_hash, response FROM idempotency_keys WHERE project_id = $1 AND route = $2 AND key = $3',
    [projectId, route, stored(key)],
  );
  const [row] = rows;
  return row === undefined ? null : { bodyHash: row.body_hash, response: row.response };
}

/** Keeps an answer; of two at once the first stands. */
export async function keepIdempotent(
  manager: EntityManager,
  { projectId, route, key }: IdempotentCall,
  bodyHash: string,
  response: unknown,
): Promise<void> {
  await manager.query(
    `INSERT INTO idempotency_keys (project_id, route, key, body_hash, response) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [projectId, route, stored(key), bodyHash, JSON.stringify(response)],
  );
}
