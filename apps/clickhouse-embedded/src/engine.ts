import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { drainPending, Session } from 'chdb';
import { ClickHouseFailure, failureCode, failureOf } from './failure.js';
import { quoted, quotedName } from './query-text.js';
import { refusedWrites } from './refused-writes.js';
import { Slots } from './slots.js';

/** What a statement needs set before it runs; nothing of it outlives the statement. */
export interface QueryContext {
  readonly queryId: string;
  readonly database: string | undefined;
  readonly settings: ReadonlyMap<string, string>;
  readonly params: ReadonlyMap<string, string>;
  /** GET must not change anything: the engine's `readonly = 2`, as a ClickHouse server sets it. */
  readonly readOnly: boolean;
  /** Kills the native query. */
  readonly signal: AbortSignal;
}

export interface WholeResult {
  readonly bytes: Uint8Array;
  /** Rows written for an insert of given rows, otherwise rows of the result, as far as chDB tells. */
  readonly rows: number;
  readonly elapsedSeconds: number;
}

export interface EngineLimits {
  readonly memoryBytes: number;
  /** Inserts and merges do not begin that would leave less of the disk; 0: the disk may be filled. */
  readonly keepFreeBytes: number;
  readonly queryTimeoutSeconds: number;
}

export class DirectoryInUse extends Error {}

const insertSlots = 2;
const querySlots = 8;
const queueLimit = 512;
const megabyte = 1024 * 1024;
const configFile = fileURLToPath(new URL('../engine.xml', import.meta.url));
/** Parts that a refused write spoiled must be found long before those that they were made of are removed (engine.xml). */
const watchEveryMs = 1_000;

/**
 * chDB on one data directory. Every statement gets its own native session (0.1 ms; they all share one engine), so that
 * neither SET, USE nor parameters can leak into the next request, and parameters do not queue up in chDB's own binding.
 */
export class Engine {
  private readonly inserts = new Slots('inserts', insertSlots, queueLimit);
  private readonly queries = new Slots('queries', querySlots, queueLimit);
  private watch: NodeJS.Timeout | undefined;

  private constructor(
    private readonly dataDirectory: string,
    /** Keeps the engine alive between statements. */
    private readonly control: Session,
    readonly version: string,
    private readonly limits: EngineLimits,
  ) {}

  /** Opens or creates the directory; throws DirectoryInUse when another process owns it. */
  static open(dataDirectory: string, limits: EngineLimits): Engine {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const owner = runningOwner(dataDirectory);
    if (owner !== undefined) throw inUse(dataDirectory, owner);
    let control: Session;
    try {
      control = new Session(dataDirectory, { connectionArgs: engineArguments(limits) });
    } catch (error) {
      const newOwner = runningOwner(dataDirectory);
      if (newOwner !== undefined) throw inUse(dataDirectory, newOwner);
      throw error;
    }
    const version = control.query('SELECT version()', 'TSV').trim();
    return new Engine(dataDirectory, control, version, limits);
  }

  /** Runs an insert whose rows are in a file; inserts have slots of their own so that reads never hold them up. */
  insert(sql: string, context: QueryContext): Promise<WholeResult> {
    return this.inserts.use(context.signal, () =>
      this.inSession(context, (session) => this.written(session, sql, 'TSV')),
    );
  }

  /** Runs any other statement and holds its whole answer. */
  run(sql: string, format: string, context: QueryContext): Promise<WholeResult> {
    return this.queries.use(context.signal, () =>
      this.inSession(context, (session) => this.written(session, sql, format)),
    );
  }

  /** Runs a SELECT and gives its answer to `consume` chunk by chunk; the next chunk is computed when it is asked for. */
  stream(
    sql: string,
    format: string,
    context: QueryContext,
    consume: (chunks: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    return this.queries.use(context.signal, () =>
      this.inSession(context, (session) => consume(rawChunks(session.queryStream(sql, { format })))),
    );
  }

  /**
   * Calls `refused` once a write of the engine, also one of a merge, was refused by the disk: what it has in memory is then
   * not what is stored. Throws when that happened while the directory was opened.
   */
  async watchWrites(refused: () => void): Promise<void> {
    if ((await refusedWrites(this.control)) > 0)
      throw new Error('the disk refused what the engine wrote as it started');
    let looking = false;
    this.watch = setInterval(() => {
      if (looking) return;
      looking = true;
      // A look that fails (no memory) is made again.
      refusedWrites(this.control)
        .then(
          (count) => count > 0 && refused(),
          () => undefined,
        )
        .finally(() => (looking = false));
    }, watchEveryMs);
  }

  /** Waits for the native side and closes. A session closed under a running query would block the process for good. */
  async close(): Promise<void> {
    clearInterval(this.watch);
    await drainPending();
    this.control.close();
    await drainPending();
  }

  /** Runs a statement; fails, whatever the engine says of it, when the disk refused a write before its end. */
  private async written(session: Session, sql: string, format: string): Promise<WholeResult> {
    const result = await session.queryAsync(sql, { format });
    if ((await refusedWrites(session)) > 0) {
      throw new ClickHouseFailure(
        failureCode.notEnoughSpace,
        'The disk refused a write: nothing is stored until a restart',
      );
    }
    return { bytes: result.bytes(), rows: result.rowsRead, elapsedSeconds: result.elapsed };
  }

  private async inSession<T>(context: QueryContext, work: (session: Session) => Promise<T>): Promise<T> {
    if (context.signal.aborted) throw new ClickHouseFailure(failureCode.queryWasCancelled, 'Query was cancelled');
    const session = new Session(this.dataDirectory);
    const ended = new AbortController();
    const kill = (): void => void this.kill(context.queryId, ended.signal);
    try {
      for (const statement of preparation(context, this.limits)) await session.queryAsync(statement);
      context.signal.addEventListener('abort', kill, { once: true });
      if (context.signal.aborted) throw new ClickHouseFailure(failureCode.queryWasCancelled, 'Query was cancelled');
      return await work(session);
    } catch (error) {
      throw failureOf(error);
    } finally {
      ended.abort();
      context.signal.removeEventListener('abort', kill);
      session.close();
    }
  }

  /**
   * Aborting a promise of chDB stops nothing; KILL QUERY does. chDB gives queries ids of its own, so ours travels in
   * log_comment. Repeated until the query is gone, since it may not have been registered yet.
   */
  private async kill(queryId: string, ended: AbortSignal): Promise<void> {
    const sql = `KILL QUERY WHERE startsWith(Settings['log_comment'], ${quoted(queryTag(queryId))}) ASYNC`;
    while (!ended.aborted) {
      const session = new Session(this.dataDirectory);
      await session.queryAsync(sql).catch(() => {});
      session.close();
      await setTimeout(100);
    }
  }
}

async function* rawChunks(stream: ReturnType<Session['queryStream']>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) yield chunk.raw();
}

function queryTag(queryId: string): string {
  return `query ${queryId};`;
}

/** Statements that give a fresh session its database, settings and parameters. Throws on a malformed name. */
function preparation(context: QueryContext, limits: EngineLimits): string[] {
  const settings = new Map<string, string>([
    // An answer means stored: the engine's default since 26 is to collect inserts in memory first.
    ['async_insert', '0'],
    // Threads to format an answer take as long as a small statement does: 1.1 ms with them, 0.6 without.
    ['output_format_parallel_formatting', '0'],
    ['max_execution_time', String(limits.queryTimeoutSeconds)],
    ...context.settings,
  ]);
  const comment = context.settings.get('log_comment') ?? '';
  settings.set('log_comment', `${queryTag(context.queryId)}${comment}`);
  for (const [name, value] of context.params) settings.set(`param_${name}`, value);
  const changes = [...settings].map(([name, value]) => `${checkedName(name)} = ${quoted(value)}`);
  const statements = [`SET ${changes.join(', ')}`];
  if (context.database !== undefined) statements.unshift(`USE ${quotedName(context.database)}`);
  if (context.readOnly) statements.push('SET readonly = 2');
  return statements;
}

function checkedName(name: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_.]*$/.test(name)) return name;
  throw new ClickHouseFailure(failureCode.badArguments, `"${name}" is not a name of a setting or a parameter`);
}

/** The caches are sized for a laptop: ClickHouse's own defaults are 5 GB each. */
function engineArguments(limits: EngineLimits): string[] {
  const megabytes = (count: number): string => String(count * megabyte);
  return [
    `--config-file=${configFile}`,
    `--storage_configuration.disks.default.keep_free_space_bytes=${limits.keepFreeBytes}`,
    `--max_server_memory_usage=${limits.memoryBytes}`,
    `--max_memory_usage=${Math.floor(limits.memoryBytes * 0.75)}`,
    `--mark_cache_size=${megabytes(128)}`,
    `--primary_index_cache_size=${megabytes(64)}`,
    `--index_mark_cache_size=${megabytes(64)}`,
    `--query_condition_cache_size=${megabytes(32)}`,
  ];
}

/** The process id in ClickHouse's own lock file, if that process lives; the kernel frees the lock when it dies. */
function runningOwner(dataDirectory: string): number | undefined {
  const status = join(dataDirectory, 'status');
  if (!existsSync(status)) return undefined;
  const pid = Number(/^PID: (\d+)/m.exec(readFileSync(status, 'utf8'))?.[1]);
  if (!pid || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined;
  }
}

function inUse(dataDirectory: string, owner: number): DirectoryInUse {
  return new DirectoryInUse(
    `the data directory ${dataDirectory} is in use by process ${owner}: stop that process, or choose another directory`,
  );
}
