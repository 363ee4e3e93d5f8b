import { Readable } from 'node:stream';
import {
  ClickHouseLogLevel,
  createClient,
  type ClickHouseClient,
  type ClickHouseSettings,
  type ExecParams,
} from '@clickhouse/client';
import type { z } from 'zod';
import { type Column, encodeBlock } from './columns.js';
import { failureOf } from './failures.js';
import { insertFileHeader, InsertFiles } from './insert-files.js';

export interface ClickHouseOptions {
  /**
   * May carry user, password and database: `http://user:password@host:8123/database`. The embedded engine's also tells
   * the directory where it takes rows as files: `?insert_files=/dev/shm/...`.
   */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** After this a query is given up here and stopped in the server. */
  readonly queryTimeoutMs?: number;
  readonly maxConnections?: number;
  /** Statements give way to inserts that somebody waits for, here or in any other process. */
  readonly background?: boolean;
}

export interface InsertOptions {
  /** Names this block: the same token within the table's window is stored once, whatever the reason of the repeat. */
  readonly token?: string;
}

export type QueryParams = Readonly<Record<string, unknown>>;

/**
 * Of statements that run at once the engine lets those with a higher number wait for those with a lower one, before each
 * block they read; those without a number, as answers to people, neither wait nor hold up. Waiting ends after
 * some time, so that passes get on where inserts never rest: with 20 ms they took half as long again there.
 */
const insertPriority: ClickHouseSettings = { priority: '1' };
const backgroundPriority: ClickHouseSettings = { priority: '2', low_priority_query_wait_time_ms: '5' };

/** An insert is given up after this time and stamped anew by the store when it is tried again. */
export const insertTimeoutMs = 30_000;

/**
 * The one way to ClickHouse, embedded or not: the official client over HTTP with the platform's settings.
 * Every failure is a PlimsollError: `unavailable` when a later try may succeed, `internal` when the SQL is wrong.
 */
export class ClickHouse {
  /** Ends when the large statements before have ended, as they may. */
  private largeBefore: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: ClickHouseClient,
    private readonly queryTimeoutMs: number,
    private readonly insertFiles: InsertFiles | null = null,
  ) {}

  /**
   * Runs statements that hold hundreds of megabytes in the store: those of one process wait for each other, in the order of
   * asking, so that their peaks never fall together. What runs here must not ask for this again.
   */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.largeBefore.then(work);
    this.largeBefore = result.catch(() => {});
    return result;
  }

  /**
   * Rows of a SELECT with `{name:Type}` placeholders. 64-bit integers come as numbers (take toString() of what may pass
   * 2^53), decimals as strings, times as ISO strings in UTC. With `row` each row is parsed, and the types come from it.
   */
  async query<T>(sql: string, params: QueryParams = {}, row?: z.ZodType<T>): Promise<T[]> {
    return this.guarded(this.queryTimeoutMs, async (abort_signal) => {
      const result = await this.client.query({ ...statementOf(sql, params), format: 'JSONEachRow', abort_signal });
      const rows = await result.json<T>();
      return row === undefined ? rows : rows.map((each) => row.parse(each));
    });
  }

  /** A statement without an answer: DDL, INSERT ... SELECT, mutations. */
  async command(sql: string, params: QueryParams = {}, settings: ClickHouseSettings = {}): Promise<void> {
    await this.guarded(this.queryTimeoutMs, (abort_signal) =>
      this.client.command({ ...statementOf(sql, params, settings), abort_signal }),
    );
  }

  /** Inserts a few objects whose keys are column names; the answer means that they are stored. */
  async insert(table: string, rows: readonly object[], options: InsertOptions = {}): Promise<void> {
    if (rows.length === 0) return;
    const lines = rows.map((row) => JSON.stringify(row, (_, value: unknown) => jsonValue(value))).join('\n');
    await this.insertBytes(
      `INSERT INTO ${table} (${columnNames(rows)}) FORMAT JSONEachRow`,
      Buffer.from(lines),
      options,
    );
  }

  /** Inserts rows as one RowBinary block; the answer means that they are stored. */
  async insertBlock<Row>(
    table: string,
    columns: readonly Column<Row>[],
    rows: readonly Row[],
    options: InsertOptions = {},
  ): Promise<void> {
    if (rows.length === 0) return;
    await this.insertBytes(
      `INSERT INTO ${table} (${namesOf(columns)}) FORMAT RowBinary`,
      encodeBlock(columns, rows),
      options,
    );
  }

  /**
   * Inserts many rows that are encoded already, in buffers of whole rows; types must name a precision where they have one.
   * ClickHouse reads them as the types that they are written in and makes those of the table from whole columns: value by
   * value a LowCardinality takes three times as long as everything else that it reads.
   */
  async insertEncoded(
    table: string,
    columns: readonly { readonly name: string; readonly type: string }[],
    rows: readonly Buffer[],
    options: InsertOptions = {},
  ): Promise<void> {
    const names = namesOf(columns);
    const structure = columns.map(({ name, type }) => `\`${name}\` ${type}`).join(', ');
    const source = `input('${structure}')`;
    await this.insertBytes(
      `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${source} FORMAT RowBinary`,
      rows,
      options,
    );
  }

  /** Inserts bytes that are encoded already. `sql` ends with its FORMAT clause. */
  async insertBytes(sql: string, bytes: Buffer | readonly Buffer[], options: InsertOptions = {}): Promise<void> {
    const settings: ClickHouseSettings = {
      ...insertPriority,
      async_insert: 0,
      // Readers use FINAL, and merges collapse rows anyway.
      optimize_on_insert: 0,
      // The costly index is built by the merges; what is not merged yet is little to search.
      exclude_materialize_skip_indexes_on_insert: 'by_output_text',
      date_time_input_format: 'best_effort',
      max_execution_time: insertTimeoutMs / 1000,
    };
    if (options.token !== undefined) settings.insert_deduplication_token = options.token;
    await this.guarded(insertTimeoutMs, async (abort_signal) => {
      const rows = Buffer.isBuffer(bytes) ? [bytes] : bytes;
      const request = { query: sql, clickhouse_settings: settings, abort_signal };
      const file = this.insertFiles?.write(rows) ?? null;
      if (file === null) return this.send({ ...request, values: Readable.from(rows, { objectMode: false }) });
      try {
        await this.send({ ...request, http_headers: { [insertFileHeader]: file } });
      } finally {
        this.insertFiles?.remove(file);
      }
    });
  }

  private async send(request: ExecParams & { readonly values?: Readable }): Promise<void> {
    const { stream } = await this.client.exec(request);
    stream.resume();
  }

  /** The store's own clock in microseconds: the only one that dirty passes are measured by. */
  async now(): Promise<bigint> {
    const [row] = await this.query<{ now: string }>('SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now');
    return BigInt(row?.now ?? 0);
  }

  async version(): Promise<string> {
    const [row] = await this.query<{ version: string }>('SELECT version() AS version');
    return row?.version ?? '';
  }

  /** Resolves when the store answers a query. */
  async ping(): Promise<void> {
    await this.query('SELECT 1');
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async guarded<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await work(AbortSignal.timeout(timeoutMs));
    } catch (error) {
      throw failureOf(error);
    }
  }
}

export function createClickHouse(options: ClickHouseOptions): ClickHouse {
  const url = new URL(options.url);
  const queryTimeoutMs = options.queryTimeoutMs ?? 60_000;
  const client = createClient({
    url: url.origin,
    username: options.user ?? (decodeURIComponent(url.username) || 'default'),
    password: options.password ?? decodeURIComponent(url.password),
    database: options.database ?? (decodeURIComponent(url.pathname.replace(/^\/+|\/+$/g, '')) || 'default'),
    request_timeout: Math.max(queryTimeoutMs, insertTimeoutMs) + 5_000,
    max_open_connections: options.maxConnections ?? 16,
    compression: { response: !isLoopback(url.hostname), request: false },
    keep_alive: { enabled: true, idle_socket_ttl: 2_000, eagerly_destroy_stale_sockets: true },
    // A thousand ids do not fit into an address: long parameters travel in the body.
    use_multipart_params_auto: true,
    // Failures are thrown as PlimsollError and logged by whoever handles them.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      ...(options.background === true ? backgroundPriority : {}),
      // Columns name their zone; this is for what does not, such as toDate() of a parameter on a server elsewhere.
      session_timezone: 'UTC',
      max_execution_time: Math.ceil(queryTimeoutMs / 1000),
      output_format_json_quote_64bit_integers: 0,
      output_format_json_quote_decimals: 1,
      date_time_output_format: 'iso',
      date_time_input_format: 'best_effort',
      // An unmatched row of a join is NULL, not an empty string or 0 that looks like a figure.
      join_use_nulls: 1,
      do_not_merge_across_partitions_select_final: 1,
    },
  });
  const directory = url.searchParams.get('insert_files');
  return new ClickHouse(client, queryTimeoutMs, directory === null ? null : new InsertFiles(directory));
}

function namesOf(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => `\`${name}\``).join(', ');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

function columnNames(rows: readonly object[]): string {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(`\`${name}\``);
  return [...names].join(', ');
}

/**
 * ClickHouse reads ISO times in rows, but a parameter may not end with the zone, and one of type DateTime not have a
 * fraction of a second (it is cut off). All times are UTC.
 */
function readableParams(sql: string, params: QueryParams): Record<string, unknown> {
  const readable: Record<string, unknown> = { ...params };
  for (const [, name = '', type] of sql.matchAll(/\{\s*(\w+)\s*:\s*(?:Nullable\()?(DateTime(?:64)?)/g)) {
    const value = readable[name];
    const text = value instanceof Date ? value.toISOString() : value;
    if (typeof text !== 'string') continue;
    const local = text.replace(/Z$/, '');
    readable[name] = type === 'DateTime' ? local.replace(/\.\d+$/, '') : local;
  }
  return readable;
}

/** Texts from this length on are part of the statement: a command's parameters are part of an address. */
const longText = 2_000;

interface Statement {
  readonly query: string;
  readonly query_params: Record<string, unknown>;
  readonly clickhouse_settings: ClickHouseSettings;
}

/** A statement with its long texts within it, in Base64, which holds nothing that SQL could read as its own. */
function statementOf(sql: string, params: QueryParams, settings: ClickHouseSettings = {}): Statement {
  const rest: Record<string, unknown> = { ...params };
  let query = sql;
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'string' || value.length < longText || !sql.includes(`{${name}:String}`)) continue;
    delete rest[name];
    query = query.replaceAll(`{${name}:String}`, `base64Decode('${Buffer.from(value).toString('base64')}')`);
  }
  return {
    query,
    query_params: readableParams(query, rest),
    clickhouse_settings: query === sql ? settings : { ...settings, max_query_size: String(2 * query.length) },
  };
}

/** JSON has no bigint: ClickHouse reads its digits as text as well, for integers and decimals. */
function jsonValue(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
