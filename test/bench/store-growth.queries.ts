/** Stored history for a bench, made in the store itself. */
import type { ClickHouse } from '@plimsoll/clickhouse';

interface Stretch {
  readonly project: string;
  /** Number of the first span. */
  readonly from: number;
  readonly count: number;
}

/** Arrived before the passes look: they shall have no work with it. */
const arrived = `now64(6) - INTERVAL 3 DAY`;
/** A stretch uses one core, and blocks of a million rows would hold a gigabyte. */
const blocks = `max_threads = 1, min_insert_block_size_rows = 262144, min_insert_block_size_bytes = 0`;
/** Spans of a day before the next is filled: a stretch is one partition, and in the order of the table. */
export const spansADay = 1_000_000;
const days = 30;
/** Within the 30 days that end three days ago, day after day and round again; the spans of a trace lie within a second. */
const end = `toDateTime64(toStartOfDay(now()), 9, 'UTC') - INTERVAL 33 DAY
  + toIntervalDay(intDiv(number, ${spansADay}) % ${days}) + toIntervalMicrosecond(intDiv(number, ${spansADay * days}) * 1000)
  + toIntervalMicrosecond(toUInt64(number % ${spansADay}) * ${86_400_000_000 / spansADay})`;

export async function fillSpans(clickhouse: ClickHouse, stretch: Stretch): Promise<void> {
  await clickhouse.command(
    `INSERT INTO spans (project, trace_id, span_id, parent_span_id, time, start_time, end_time, finished, name, kind,
      service, provider, request_model, response_model, feature, customer, prompt_name, prompt_version, user_id,
      session_id, has_usage, tokens_input, tokens_output, cost, cost_currency, cost_source, ttft_ms, status,
      has_content, input, output, has_output, attributes, sample_p, expires_on, ingested_at)
    SELECT {project:String}, lower(hex(sipHash128(intDiv(number, 4)))), lower(hex(sipHash64(number))),
      if(number % 4 = 0, '', lower(hex(sipHash64(number - number % 4)))),
      ${end} AS ended, ended - toIntervalMillisecond(300 + number % 4000), ended, 1, 'chat', 'generation',
      'assistant', 'openai', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'feature-' || toString(number % 5),
      'customer-' || toString(number % 200), 'answer', toString(38 + number % 5), 'user-' || toString(number % 5000),
      'session-' || toString(intDiv(number, 40)), 1, 200 + number % 4000, 20 + number % 800,
      toDecimal128(number % 1000, 12) / 1000000, 'USD', 'price_book', 120, if(number % 100 = 0, 'error', 'ok'),
      1, 'question ' || toString(number), 'answer to question ' || toString(number), 1,
      map('app.request_id', toString(number)), 1, toDate(ended) + 90, ${arrived}
    FROM numbers({from:UInt64}, {count:UInt64})
    SETTINGS ${blocks}, optimize_on_insert = 0, exclude_materialize_skip_indexes_on_insert = 'by_output_text'`,
    { ...stretch },
  );
}

export async function fillTraces(clickhouse: ClickHouse, stretch: Stretch): Promise<void> {
  await clickhouse.command(
    `INSERT INTO traces (project, trace_id, day, start_time, end_time, root_span_id, name, service, feature, customer,
      prompt_name, prompt_version, user_id, session_id, models, providers, spans, calls, tokens_input, tokens_output,
      cost, cost_currency, status, expires_on, ingested_at, inherited_at, version)
    SELECT {project:String}, lower(hex(sipHash128(intDiv(number, 4)))), toDate(ended), ended - INTERVAL 1 SECOND, ended,
      lower(hex(sipHash64(number))), 'chat', 'assistant', 'feature-' || toString(number % 5),
      'customer-' || toString(number % 200), 'answer', '38', 'user-' || toString(number % 5000),
      'session-' || toString(intDiv(number, 40)), ['gpt-4o-mini-2024-07-18'], ['openai'], 4, 4, 8000, 1600,
      toDecimal128(1, 12) / 1000, 'USD', 'ok', toDate(ended) + 400, ${arrived}, ${arrived},
      toUInt64(toUnixTimestamp64Micro(${arrived}))
    FROM (SELECT number * 4 AS number, ${end.replaceAll('number', '(number * 4)')} AS ended
      FROM numbers(intDiv({from:UInt64}, 4), intDiv({count:UInt64}, 4)))
    SETTINGS ${blocks}, optimize_on_insert = 0`,
    { ...stretch },
  );
}

export async function fillMinutes(clickhouse: ClickHouse, project: string): Promise<void> {
  await clickhouse.command(
    `INSERT INTO minute_rollup (project, minute, spans, calls, tokens_input, tokens_output, cost, latency_buckets,
      expires_on, version)
    SELECT {project:String}, toStartOfDay(now()) - INTERVAL 33 DAY + toIntervalMinute(number), 200, 200, 400000, 80000, 1,
      map(toUInt16(100 + number % 30), toUInt64(200)), today() + 400, toUInt64(toUnixTimestamp64Micro(${arrived}))
    FROM numbers(30 * 1440)`,
    { project },
  );
}

export async function isMerging(clickhouse: ClickHouse): Promise<boolean> {
  const [row] = await clickhouse.query<{ running: number }>('SELECT count() AS running FROM system.merges');
  return (row?.running ?? 0) > 0;
}

export interface StoreSize {
  readonly spans: number;
  readonly traces: number;
  readonly megabytes: number;
  readonly parts: number;
}

export async function sizeOf(clickhouse: ClickHouse): Promise<StoreSize> {
  const [row] = await clickhouse.query<StoreSize>(
    `SELECT sumIf(rows, table = 'spans') AS spans, sumIf(rows, table = 'traces') AS traces,
      round(sum(bytes_on_disk) / 1e6) AS megabytes, countIf(table = 'spans') AS parts
    FROM system.parts WHERE active AND database = currentDatabase()`,
  );
  return row ?? { spans: 0, traces: 0, megabytes: 0, parts: 0 };
}
