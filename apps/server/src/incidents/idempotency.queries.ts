import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';

export interface IdempotentCall {
  readonly projectId: string;
  readonly route: string;
  readonly key: string;
}

/** A key may be anything, also a secret by mistake: only its hash is kept. */
const stored = (key: string): string => createHash('sha256').update(key).digest('hex');

interface Kept<T> {
  readonly bodyHash: string;
  /** Null while the first call is under way. */
  readonly response: T;
}

export async function findIdempotent<T>(
  manager: EntityManager,
  { projectId, route, key }: IdempotentCall,
): Promise<Kept<T> | null> {
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

/**
 * Takes a key for a call that is about to run; one that was taken over a minute ago by a call that never answered may be
 * taken again. False when somebody holds it.
 */
export async function claimIdempotent(
  manager: EntityManager,
  { projectId, route, key }: IdempotentCall,
  bodyHash: string,
): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `INSERT INTO idempotency_keys (project_id, route, key, body_hash, response) VALUES ($1, $2, $3, $4, 'null')
     ON CONFLICT (project_id, route, key) DO UPDATE SET created_at = now()
       WHERE idempotency_keys.response = 'null' AND idempotency_keys.body_hash = excluded.body_hash
         AND idempotency_keys.created_at < now() - interval '1 minute'
     RETURNING 1`,
    [projectId, route, stored(key), bodyHash],
  );
  return rows.length > 0;
}

/** The answer of the call that holds the key; without one the key is free again. */
export async function settleIdempotent(
  manager: EntityManager,
  { projectId, route, key }: IdempotentCall,
  response: unknown,
): Promise<void> {
  const held = [projectId, route, stored(key)];
  const where = `WHERE project_id = $1 AND route = $2 AND key = $3 AND response = 'null'`;
  if (response === undefined) await manager.query(`DELETE FROM idempotency_keys ${where}`, held);
  else {
    await manager.query(`UPDATE idempotency_keys SET response = $4 ${where}`, [...held, JSON.stringify(response)]);
  }
}

/** Longer than any client tries the same again. */
const keptDays = 7;

export async function forgetIdempotent(manager: EntityManager): Promise<void> {
  await manager.query(`DELETE FROM idempotency_keys WHERE created_at < now() - interval '${keptDays} days'`);
}
