import { tmpdir } from 'node:os';
import { type Project, readSettings } from '@plimsoll/contract';
import { describe, expect, it, test } from 'vitest';
import type { Principal } from '../http/principal.js';
import { FreeDisk } from '../operations/free-disk.js';
import { Admission } from './admission.js';
import { BytesInFlight } from './bytes-in-flight.js';
import { pay, refill, waitSeconds } from './token-bucket.js';

describe('token bucket of 100 a second, 10 s of burst', () => {
  it.each<[string, level: number, afterMs: number, newLevel: number, wait: number]>([
    ['fills with time', 0, 2_500, 250, 0],
    ['holds no more than the burst', 900, 60_000, 1_000, 0],
    ['does not fill backwards', 500, -1_000, 500, 0],
    ['is empty at zero', 0, 0, 0, 1],
    ['owes 250: 2.5 s and a bit', -250, 0, -250, 3],
    ['owes 250, of which 1 s has passed', -250, 1_000, -150, 2],
  ])('%s', (_, level, afterMs, newLevel, wait) => {
    const bucket = refill({ level, atMs: 1_000 }, 100, 1_000 + afterMs);
    expect(bucket.level).toBe(newLevel);
    expect(waitSeconds(bucket, 100)).toBe(wait);
  });

  it('starts full and may go below zero with one request', () => {
    const full = refill(undefined, 100, 0);
    expect(full.level).toBe(1_000);
    expect(pay(full, 5_000).level).toBe(-4_000);
    expect(waitSeconds(pay(full, 5_000), 100)).toBe(41);
  });
});

function principal(keyPrefix: string, rateLimit?: number): Principal {
  const project = { id: 'p' } as Project;
  const limit = rateLimit === undefined ? {} : { rateLimit };
  return { organisationId: 'o', project, scopes: ['ingest'], actor: '', keyPrefix, user: null, ...limit };
}

function admissionWith(minFreeDiskMb: string): Admission {
  const settings = readSettings({ PLIMSOLL_DATA_DIR: tmpdir(), PLIMSOLL_MIN_FREE_DISK_MB: minFreeDiskMb });
  return new Admission(new BytesInFlight(100), new FreeDisk(settings));
}

test('nothing is let in on a full disk', () => {
  expect(() => admissionWith('999999999999').check(principal('plk_a'), Date.now())).toThrow(
    expect.objectContaining({ code: 'unavailable', retryAfterSeconds: 30 }),
  );
});

test('a key that sent too fast waits, others do not', () => {
  const admission = admissionWith('0');
  const limited = principal('plk_a', 10);
  admission.check(limited, 0);
  admission.charge(limited, 130, 0);
  expect(() => admission.check(limited, 1_000)).toThrow(
    expect.objectContaining({ code: 'too_many_requests', retryAfterSeconds: 3 }),
  );
  admission.check(principal('plk_b', 10), 1_000);
  admission.check(principal('plk_c'), 1_000);
  admission.check(limited, 3_100);
});
