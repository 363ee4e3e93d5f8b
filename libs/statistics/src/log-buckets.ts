/**
 * Fixed logarithmic buckets for durations in milliseconds: bucket 0 holds up to 0.1 ms, bucket i > 0 what lies within
 * (0.1 * 1.05^(i-1), 0.1 * 1.05^i]. Fixed borders make counts mergeable and a recomputed rollup equal byte for byte;
 * a quantile read from them is off by at most 2.5 %.
 */
const firstBorderMs = 0.1;
const growth = 1.05;

/** The bucket of a duration as ClickHouse computes it; `milliseconds` is an SQL expression of type Float64. */
export function bucketSql(milliseconds: string): string {
  return `toUInt16(greatest(0, ceil(log(greatest(${milliseconds}, ${firstBorderMs}) / ${firstBorderMs}) / log(${growth}))))`;
}

/** The largest duration of a bucket, in milliseconds. */
export function bucketBorder(bucket: number): number {
  return firstBorderMs * growth ** bucket;
}

/**
 * The q-quantile (0 <= q <= 1) of counts by bucket, in milliseconds, as the geometric middle of the bucket in which the
 * value of rank ceil(q * n) lies; null when nothing was counted.
 */
export function quantileOfBuckets(counts: Readonly<Record<string, number>>, q: number): number | null {
  const buckets = Object.entries(counts)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count: Number(count) }))
    .sort((left, right) => left.bucket - right.bucket);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(q * total));
  let passed = 0;
  for (const { bucket, count } of buckets) {
    passed += count;
    if (count > 0 && passed >= rank) return bucket === 0 ? firstBorderMs : bucketBorder(bucket) / Math.sqrt(growth);
  }
  return null;
}
