import { Inject, Injectable } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contract';
import type { Principal } from '../http/principal.js';
import { FreeDisk } from '../operations/free-disk.js';
import { BytesInFlight } from './bytes-in-flight.js';
import { pay, refill, type TokenBucket, waitSeconds } from './token-bucket.js';

/** Keys remembered; a key that is forgotten starts with a full bucket. */
const mostBuckets = 10_000;

/** A disk does not empty itself in seconds. */
const retryWhenFullSeconds = 30;

/** Whether there is room for one more export: on the disk, within the rate of its key, in the memory of this process. */
@Injectable()
export class Admission {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(
    @Inject(BytesInFlight) readonly inFlight: BytesInFlight,
    @Inject(FreeDisk) private readonly disk: FreeDisk,
  ) {}

  /** @throws PlimsollError `unavailable` on a full disk, `too_many_requests` while the key owes for what it sent too fast. */
  check(principal: Principal, nowMs: number): void {
    const full = this.disk.problem(nowMs);
    if (full !== null) {
      throw new PlimsollError('unavailable', `${full}; send again later`, { retryAfterSeconds: retryWhenFullSeconds });
    }
    const { rateLimit, keyPrefix } = principal;
    if (rateLimit === undefined) return;
    const wait = waitSeconds(refill(this.buckets.get(keyOf(principal)), rateLimit, nowMs), rateLimit);
    if (wait === 0) return;
    const message = `the API key ${keyPrefix} may send ${rateLimit} spans or log records a second; send again later`;
    throw new PlimsollError('too_many_requests', message, { retryAfterSeconds: wait });
  }

  /** Takes what was stored off the key's rate. */
  charge(principal: Principal, stored: number, nowMs: number): void {
    const { rateLimit } = principal;
    if (rateLimit === undefined) return;
    if (this.buckets.size >= mostBuckets) this.buckets.clear();
    const key = keyOf(principal);
    this.buckets.set(key, pay(refill(this.buckets.get(key), rateLimit, nowMs), stored));
  }
}

function keyOf({ project, keyPrefix }: Principal): string {
  return `${project.id} ${keyPrefix}`;
}
