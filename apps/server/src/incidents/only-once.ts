import { createHash } from 'node:crypto';
import { PlimsollError } from '@plimsoll/contract';
import type { EntityManager } from 'typeorm';
import { claimIdempotent, findIdempotent, type IdempotentCall, settleIdempotent } from './idempotency.queries.js';

const field = 'header idempotency-key';

/**
 * Does `work` once for a key, and answers every repeat with the first answer. A repeat that comes while the first is under
 * way is sent back for a second: both would store, each at its own time. Where work was cut off it is done again, a minute
 * later.
 * @throws PlimsollError `conflict` for the same key with another body, `unavailable` while the first is under way.
 */
export async function onlyOnce<T>(
  manager: EntityManager,
  call: IdempotentCall,
  body: unknown,
  work: () => Promise<T>,
): Promise<T> {
  const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  if (!(await claimIdempotent(manager, call, bodyHash))) {
    const known = await findIdempotent<T | null>(manager, call);
    if (known !== null && known.bodyHash !== bodyHash) {
      throw new PlimsollError('conflict', `${field}: was used with another body`, { field });
    }
    if (known !== null && known.response !== null) return known.response;
    throw new PlimsollError('unavailable', `${field}: the same request is under way; send again later`, {
      field,
      retryAfterSeconds: 1,
    });
  }
  try {
    const answer = await work();
    await settleIdempotent(manager, call, answer);
    return answer;
  } catch (error) {
    await settleIdempotent(manager, call, undefined).catch(() => undefined);
    throw error;
  }
}
