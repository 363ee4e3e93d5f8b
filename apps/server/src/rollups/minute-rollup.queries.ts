import type { ClickHouse } from '@plimsoll/clickhouse';
import { bucketSql } from '@plimsoll/statistics';
import { durationMs, expiresOn, inputTokens, isCall, outputTokens, statementVersion } from './figures.js';
import type { MinuteRange } from './minute-recompute.js';

/** Columns of `minute_rollup` that add up, and each one's value for a single span. */
const sums: Readonly<Record<string, string>> = {
  spans: '1',
  calls: isCall,
  errors: `${isCall} AND status = 'error'`,
  tokens_input: `if(${isCall}, ${inputTokens}, 0)`,
  tokens_output: `if(${isCall}, ${outputTokens}, 0)`,
  tokens_cache_read: `if(${isCall}, tokens_cache_read, 0)`,
  tokens_reasoning: `if(${isCall}, tokens_reasoning, 0)`,
  cost: `if(${isCall}, ifNull(cost, 0), 0)`,
  unpriced_calls: `${isCall} AND cost IS NULL`,
  unpriced_tokens: `if(${isCall}, unpriced_tokens, 0)`,
  usage_conflicts: `${isCall} AND usage_conflict = 1`,
};

/** Order-free over the spans of a minute, and different as soon as one counted property of one span is. */
export const spanChecksum = `cityHash64(trace_id, span_id, time, kind, status, ${inputTokens}, ${outputTokens}, ifNull(cost, -1))`;

const latency = `if(${isCall}, map(${bucketSql(durationMs)}, toUInt64(1)), CAST(map(), 'Map(UInt16, UInt64)'))`;
const ttft = `if(${isCall} AND ttft_ms IS NOT NULL, map(${bucketSql('assumeNotNull(ttft_ms)')}, toUInt64(1)), CAST(map(), 'Map(UInt16, UInt64)'))`;

const names = Object.keys(sums);
const emptyBuckets = `CAST(map(), 'Map(UInt16, UInt64)')`;

const statement = `
INSERT INTO minute_rollup (project, minute, ${names.join(', ')}, latency_buckets, ttft_buckets, checksum, expires_on, version)
SELECT project, minute, ${names.map((name) => `sum(each_${name})`).join(', ')},
  sumMap(each_latency), sumMap(each_ttft), groupBitXor(each_checksum),
  ${expiresOn('minute')}, ${statementVersion}
FROM (
  SELECT project, toStartOfMinute(time) AS minute,
    ${names.map((name) => `${sums[name]} AS each_${name}`).join(',\n    ')},
    ${latency} AS each_latency, ${ttft} AS each_ttft, ${spanChecksum} AS each_checksum
  FROM spans FINAL
  WHERE project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime} AND finished = 1
  UNION ALL
  SELECT project, minute, ${names.map(() => '0').join(', ')}, ${emptyBuckets}, ${emptyBuckets}, 0
  FROM minute_rollup FINAL
  WHERE project = {project:String} AND minute >= {from:DateTime} AND minute < {to:DateTime}
)
GROUP BY project, minute`;

export async function recomputeMinuteRollup(
  clickhouse: ClickHouse,
  range: MinuteRange,
  restDays: number,
): Promise<void> {
  const window = { project: range.projectId, from: range.from, to: range.to, restDays };
  await clickhouse.alone(() => clickhouse.command(statement, window));
}
