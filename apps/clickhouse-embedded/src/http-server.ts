import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Answer } from './answer.js';
import type { Engine, QueryContext } from './engine.js';
import { ClickHouseFailure, failureCode, failureOf } from './failure.js';
import { outputFormat } from './formats.js';
import type { InsertBodies } from './insert-body.js';
import { authenticate, header, readForm, readQueryRequest, type QueryRequest } from './query-request.js';
import { insertFromFile, isSeveralStatements, readStatement, type InsertWithData } from './query-text.js';

/** Statements and their inline data are held in memory; data beyond this has to come as the body of an insert. */
const statementLimitBytes = 64 * 1024 * 1024;

const listenPatienceMs = 5_000;

/** Names a file with the rows of an insert, among the bodies; our own clients on this machine send it. */
const insertFileHeader = 'x-plimsoll-insert-file';

/** Content encodings that the engine unpacks itself when it reads the file, by ClickHouse's name for them. */
const fileCompression = new Map([
  ['gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
  ['lz4', 'lz4'],
  ['xz', 'xz'],
]);

export interface HttpServerParts {
  readonly engine: Engine;
  readonly bodies: InsertBodies;
  readonly password: string;
}

/** ClickHouse's HTTP interface over one engine. */
export class HttpServer {
  private readonly server: Server;
  private readonly running = new Set<AbortController>();
  private draining = false;

  constructor(private readonly parts: HttpServerParts) {
    this.server = createServer((request, response) => {
      // What fails outside of an answer concerns this connection alone, for instance an address that is no URL.
      this.serve(request, response).catch(() => response.destroy());
    });
    this.server.keepAliveTimeout = 30_000;
    this.server.requestTimeout = 0;
  }

  /**
   * Resolves with the port. A given port is tried for a while: after a crash it may be held for a moment, for instance by
   * a client that tried to reach us and was given our port as its own. Rejects with the system's error.
   */
  async listen(port: number, patienceMs = listenPatienceMs): Promise<number> {
    for (const start = performance.now(); ; await sleep(100)) {
      try {
        return await this.listenOnce(port);
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!taken || performance.now() - start > patienceMs) throw error;
      }
    }
  }

  private listenOnce(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host: '127.0.0.1', port }, () => {
        this.server.off('error', reject);
        const address = this.server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /** Refuses new queries, gives the running ones `graceMs`, then kills them; resolves when none is left. */
  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const late = setTimeout(() => {
      for (const query of this.running) query.abort();
    }, graceMs);
    await closed;
    clearTimeout(late);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (this.draining) response.setHeader('Connection', 'close');
    const plain = request.method === 'GET' || request.method === 'HEAD';
    if (plain && (url.pathname === '/ping' || url.pathname === '/replicas_status')) return ok(response);
    if (plain && url.pathname === '/' && url.search === '') return ok(response);
    const query = new AbortController();
    this.running.add(query);
    response.once('close', () => this.closeIdleWhenDraining());
    response.once('finish', () => this.closeIdleWhenDraining());
    try {
      await this.answer(request, response, url, query.signal, () => query.abort());
    } finally {
      this.running.delete(query);
      if (!request.complete) request.resume();
    }
  }

  /** A connection that was busy when the drain began becomes idle later, and would hold the process for its keep-alive. */
  private closeIdleWhenDraining(): void {
    if (this.draining) setImmediate(() => this.server.closeIdleConnections());
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    signal: AbortSignal,
    abort: () => void,
  ): Promise<void> {
    let answer: Answer | undefined;
    try {
      const asked = this.admit(request, url);
      answer = new Answer(response, this.parts.engine.version, asked.queryId, asked.compressResponse);
      await this.execute(request, response, asked, answer, signal, abort);
    } catch (error) {
      const failure = failureOf(error);
      if (answer) answer.fail(failure);
      else new Answer(response, this.parts.engine.version, '', false).fail(failure);
    }
  }

  private admit(request: IncomingMessage, url: URL): QueryRequest {
    if (this.draining) {
      throw new ClickHouseFailure(failureCode.tooManySimultaneousQueries, 'Embedded ClickHouse is shutting down');
    }
    if (url.pathname !== '/') throw new ClickHouseFailure(failureCode.noSuchPath, `There is no handle ${url.pathname}`);
    if (!['GET', 'HEAD', 'POST'].includes(request.method ?? '')) {
      throw new ClickHouseFailure(failureCode.notImplemented, `HTTP method ${request.method} is not supported`);
    }
    authenticate(request, url, this.parts.password);
    return readQueryRequest(request, url);
  }

  private async execute(
    request: IncomingMessage,
    response: ServerResponse,
    asked: QueryRequest,
    answer: Answer,
    signal: AbortSignal,
    abort: () => void,
  ): Promise<void> {
    const context: QueryContext = { ...asked, readOnly: request.method !== 'POST', signal };
    const inUrl = readStatement(asked.query);
    // Nobody waits for a read whose client is gone, and an insert will be sent again: it must not land minutes later.
    const endWithClient = (): void => {
      response.once('close', () => {
        if (!response.writableFinished) abort();
      });
    };
    if (inUrl.kind === 'insert') {
      endWithClient();
      return this.insertBody(request, asked.query, inUrl, context, answer);
    }

    const body = await this.readText(request, asked);
    const statement = readStatement(body.toString('latin1'));
    if (statement.kind !== 'other') endWithClient();
    const file = header(request, insertFileHeader);
    if (statement.kind === 'insert' && file !== undefined) {
      return this.insertGiven(file, body, statement, context, answer);
    }
    if (statement.kind === 'insert') return this.insertInline(body, statement, context, answer);

    const sql = body.toString('utf8');
    if (sql.trim() === '') throw new ClickHouseFailure(failureCode.syntaxError, 'Syntax error: Empty query');
    if (isSeveralStatements(sql)) {
      throw new ClickHouseFailure(failureCode.syntaxError, 'Syntax error (Multi-statements are not allowed)');
    }
    const format = statement.format ?? asked.defaultFormat ?? 'TabSeparated';
    if (statement.kind === 'select' && outputFormat(format).joinable) {
      return this.parts.engine.stream(sql, format, context, (chunks) => answer.sendStream(chunks, format));
    }
    await answer.sendWhole(await this.parts.engine.run(sql, format, context), format);
  }

  /** Statement in the URL, rows in the body: the bytes go to a file as they are, packed or not. */
  private async insertBody(
    request: IncomingMessage,
    sql: string,
    insert: InsertWithData,
    context: QueryContext,
    answer: Answer,
  ): Promise<void> {
    const encoding = header(request, 'content-encoding')?.toLowerCase();
    const compression = encoding === undefined || encoding === 'identity' ? undefined : fileCompression.get(encoding);
    if (encoding !== undefined && encoding !== 'identity' && compression === undefined) throw unknownEncoding(encoding);
    const inline = Buffer.from(sql.slice(insert.dataAt).trim(), 'utf8');
    if (inline.length > 0 && compression !== undefined) {
      throw new ClickHouseFailure(failureCode.badArguments, 'Rows in the URL and a compressed body cannot be joined');
    }
    const chunks = inline.length === 0 ? request : joined(inline, request);
    await this.insertFrom(chunks, sql, insert, context, answer, compression);
  }

  /** Rows in a file that the client has written, and will remove. */
  private async insertGiven(
    file: string,
    body: Buffer,
    insert: InsertWithData,
    context: QueryContext,
    answer: Answer,
  ): Promise<void> {
    // Offsets are those of bytes.
    const sql = insertFromFile(body.toString('latin1'), insert, this.parts.bodies.given(file));
    const result = await this.parts.engine.insert(Buffer.from(sql, 'latin1').toString('utf8'), context);
    await answer.sendWhole({ ...result, bytes: new Uint8Array() }, 'TabSeparated', result.rows);
  }

  /** Statement and rows both in the body. */
  private async insertInline(
    body: Buffer,
    insert: InsertWithData,
    context: QueryContext,
    answer: Answer,
  ): Promise<void> {
    const head = body.subarray(0, insert.dataAt);
    // Offsets are those of bytes, so the head stays Latin-1 until it is put together.
    await this.insertFrom(
      [body.subarray(insert.dataAt)],
      head.toString('latin1'),
      insert,
      context,
      answer,
      undefined,
      true,
    );
  }

  private async insertFrom(
    chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
    head: string,
    insert: InsertWithData,
    context: QueryContext,
    answer: Answer,
    compression: string | undefined,
    latin1 = false,
  ): Promise<void> {
    const { engine, bodies } = this.parts;
    const result = await bodies.hold(chunks, (path) => {
      const sql = insertFromFile(head, insert, path, compression);
      return engine.insert(latin1 ? Buffer.from(sql, 'latin1').toString('utf8') : sql, context);
    });
    await answer.sendWhole({ ...result, bytes: new Uint8Array() }, 'TabSeparated', result.rows);
  }

  /** The statement: URL text, then the body, unpacked; a multipart form carries query and parameters as fields. */
  private async readText(request: IncomingMessage, asked: QueryRequest): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > statementLimitBytes) {
        throw new ClickHouseFailure(
          failureCode.bodyTooLarge,
          `Query is over the limit of ${statementLimitBytes} bytes`,
        );
      }
      chunks.push(chunk);
    }
    let body = await unpacked(Buffer.concat(chunks), header(request, 'content-encoding')?.toLowerCase());
    if (header(request, 'content-type')?.startsWith('multipart/form-data')) {
      const fields = await readForm(request, body);
      for (const [name, value] of fields) {
        if (name.startsWith('param_')) asked.params.set(name.slice('param_'.length), value);
      }
      body = Buffer.from(fields.get('query') ?? '', 'utf8');
    }
    if (asked.query === '') return body;
    return body.length === 0 ? Buffer.from(asked.query) : Buffer.concat([Buffer.from(`${asked.query}\n`), body]);
  }
}

function ok(response: ServerResponse): void {
  response.setHeader('Content-Type', 'text/html; charset=UTF-8');
  response.end('Ok.\n');
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  yield Buffer.from('\n');
  yield* rest;
}

const unpackers = new Map([
  ['gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)],
  ['deflate', promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate)],
  ['br', promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress)],
]);

async function unpacked(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity' || body.length === 0) return body;
  const unpack = unpackers.get(encoding);
  if (!unpack) throw unknownEncoding(encoding);
  try {
    return await unpack(body, { maxOutputLength: statementLimitBytes });
  } catch (error) {
    throw new ClickHouseFailure(failureCode.badArguments, `The ${encoding} body cannot be unpacked`, { cause: error });
  }
}

function unknownEncoding(encoding: string): ClickHouseFailure {
  return new ClickHouseFailure(failureCode.notImplemented, `Content-Encoding ${encoding} is not supported`);
}
