/** Seconds of its rate that a key may send at once after a pause. */
const burstSeconds = 10;

/** How much a key may still send: below zero it owes what it sent too fast. */
export interface TokenBucket {
  readonly level: number;
  readonly atMs: number;
}

/** The bucket at a later time: filled by `rate` tokens a second, up to `burstSeconds` of them. A new one is full. */
export function refill(bucket: TokenBucket | undefined, rate: number, nowMs: number): TokenBucket {
  const most = rate * burstSeconds;
  if (bucket === undefined) return { level: most, atMs: nowMs };
  const seconds = Math.max(0, nowMs - bucket.atMs) / 1000;
  return { level: Math.min(most, bucket.level + seconds * rate), atMs: nowMs };
}

/** Whole seconds until something may be sent again; 0: now. What a request holds is known, and paid, only after it is read. */
export function waitSeconds(bucket: TokenBucket, rate: number): number {
  return bucket.level > 0 ? 0 : Math.floor(-bucket.level / rate) + 1;
}

export function pay(bucket: TokenBucket, tokens: number): TokenBucket {
  return { ...bucket, level: bucket.level - tokens };
}
