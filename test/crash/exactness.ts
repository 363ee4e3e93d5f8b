import type { ClickHouse } from '@plimsoll/clickhouse';
import type { AcknowledgedSpan } from './retrying-clients.js';

/** What the store has of the acknowledged spans. */
export interface StoredSpans {
  readonly lost: string[];
  readonly repeated: string[];
  /** Copies that a retry stored once more and FINAL leaves out. */
  readonly rawRepeats: number;
  readonly stored: number;
}

export async function compareSpans(
  clickhouse: ClickHouse,
  acknowledged: readonly AcknowledgedSpan[],
): Promise<StoredSpans> {
  const rows = await clickhouse.query<{ id: string; copies: number }>(
    `SELECT concat(trace_id, ' ', span_id) AS id, count() AS copies FROM spans FINAL GROUP BY id`,
  );
  const [raw] = await clickhouse.query<{ rows: number }>('SELECT count() AS rows FROM spans');
  const copies = new Map(rows.map((row) => [row.id, row.copies]));
  const ids = acknowledged.map((span) => `${span.traceId} ${span.spanId}`);
  const stored = rows.reduce((sum, row) => sum + row.copies, 0);
  return {
    lost: ids.filter((id) => !copies.has(id)),
    repeated: rows.filter((row) => row.copies > 1).map((row) => row.id),
    rawRepeats: (raw?.rows ?? 0) - stored,
    stored,
  };
}

/** Counts by minute from the rows alone, written apart from the platform's own statement. */
const fromScratch = `
SELECT formatDateTime(minute, '%FT%TZ') AS minute, count() AS spans, countIf(is_call) AS calls,
  sumIf(tokens_input + tokens_cache_read + tokens_cache_write_5m + tokens_cache_write_1h + tokens_audio_in + tokens_image_in, is_call) AS tokens_input,
  sumIf(tokens_output + tokens_reasoning + tokens_audio_out + tokens_image_out, is_call) AS tokens_output,
  toString(ifNull(sumIf(cost, is_call), 0)) AS cost
FROM (
  SELECT *, toStartOfMinute(time) AS minute, kind IN ('generation', 'embedding') AS is_call
  FROM (SELECT * FROM spans ORDER BY version DESC LIMIT 1 BY project, time, trace_id, span_id)
  WHERE finished = 1
)
GROUP BY project, minute ORDER BY project, minute`;

const fromRollup = `
SELECT formatDateTime(minute, '%FT%TZ') AS minute, spans, calls, tokens_input, tokens_output, toString(cost) AS cost
FROM minute_rollup FINAL WHERE spans > 0 ORDER BY project, minute`;

const hoursFromScratch = `
SELECT formatDateTime(toStartOfHour(time), '%FT%TZ') AS hour, count() AS calls, toString(ifNull(sum(cost), 0)) AS cost
FROM (SELECT * FROM spans ORDER BY version DESC LIMIT 1 BY project, time, trace_id, span_id)
WHERE finished = 1 AND kind IN ('generation', 'embedding') GROUP BY project, hour ORDER BY project, hour`;

const hoursFromRollup = `
SELECT formatDateTime(hour, '%FT%TZ') AS hour, sum(calls) AS calls, toString(sum(cost)) AS cost
FROM (SELECT project, hour, calls, cost FROM hour_rollup FINAL)
GROUP BY project, hour HAVING calls > 0 ORDER BY project, hour`;

export interface Comparison {
  readonly scratch: object[];
  readonly rollup: object[];
}

export async function compareMinutes(clickhouse: ClickHouse): Promise<Comparison> {
  return { scratch: await clickhouse.query(fromScratch), rollup: await clickhouse.query(fromRollup) };
}

export async function compareHours(clickhouse: ClickHouse): Promise<Comparison> {
  return { scratch: await clickhouse.query(hoursFromScratch), rollup: await clickhouse.query(hoursFromRollup) };
}

const tracesFromScratch = `
SELECT trace_id, count() AS spans, countIf(kind IN ('generation', 'embedding') AND finished = 1) AS calls,
  max(if(parent_span_id = '', span_id, '')) AS root_span_id
FROM (SELECT * FROM spans ORDER BY version DESC LIMIT 1 BY project, time, trace_id, span_id)
GROUP BY project, trace_id ORDER BY project, trace_id`;

const tracesStored = `
SELECT trace_id, spans, calls, root_span_id FROM traces FINAL WHERE gone = 0 ORDER BY project, trace_id`;

export async function compareTraces(clickhouse: ClickHouse): Promise<Comparison> {
  return { scratch: await clickhouse.query(tracesFromScratch), rollup: await clickhouse.query(tracesStored) };
}
