import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { createGzip, constants } from 'node:zlib';
import type { Writable } from 'node:stream';
import type { WholeResult } from './engine.js';
import { type ClickHouseFailure, failureText } from './failure.js';
import { outputFormat } from './formats.js';

const emptySummary = {
  read_rows: '0',
  read_bytes: '0',
  written_rows: '0',
  written_bytes: '0',
  total_rows_to_read: '0',
  result_rows: '0',
  result_bytes: '0',
  elapsed_ns: '0',
};

/** Writes one answer the way a ClickHouse server does: headers, body, and an exception at either place. */
export class Answer {
  private readonly exceptionTag = randomBytes(12).toString('base64url').slice(0, 16);
  private body: Writable | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly version: string,
    queryId: string,
    private readonly compress: boolean,
  ) {
    response.setHeader('X-ClickHouse-Query-Id', queryId);
    response.setHeader('X-ClickHouse-Server-Display-Name', 'embedded');
    response.setHeader('X-ClickHouse-Timezone', 'UTC');
  }

  /** `writtenRows` is given for inserts whose rows came with the request; of other writes chDB tells no count. */
  async sendWhole(result: WholeResult, format: string, writtenRows = 0): Promise<void> {
    this.setSummary({
      read_rows: String(writtenRows || result.rows),
      written_rows: String(writtenRows),
      result_rows: String(result.rows),
      result_bytes: String(result.bytes.length),
      elapsed_ns: String(Math.round(result.elapsedSeconds * 1e9)),
    });
    if (!this.compress) this.response.setHeader('Content-Length', result.bytes.length);
    await this.write(result.bytes, format);
    await this.end();
  }

  /** Headers go out with the first chunk, so an error before it still has its own status. */
  async sendStream(chunks: AsyncIterable<Uint8Array>, format: string): Promise<void> {
    // Like a server's, the summary of a streamed answer stands in a header and so cannot know its end.
    this.setSummary({});
    for await (const chunk of chunks) await this.write(chunk, format);
    if (!this.body) this.begin(format);
    await this.end();
  }

  /** After the headers are out, the error goes at the end of the body in the form ClickHouse has used since 25.11. */
  fail(failure: ClickHouseFailure): void {
    if (this.response.destroyed || this.response.writableEnded) return;
    const message = failureText(failure, this.version);
    if (this.body) {
      const length = Buffer.byteLength(message);
      const tag = this.exceptionTag;
      this.body.end(`\r\n__exception__\r\n${tag}\r\n${message}${length} ${tag}\r\n__exception__\r\n`);
      return;
    }
    this.response.removeHeader('Content-Length');
    this.response.setHeader('X-ClickHouse-Exception-Code', String(failure.code));
    this.response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
    if (failure.status === 401) this.response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse"');
    if (failure.status === 503) this.response.setHeader('Retry-After', '1');
    this.response.statusCode = failure.status;
    this.response.end(message);
  }

  private setSummary(known: Record<string, string>): void {
    this.response.setHeader('X-ClickHouse-Summary', JSON.stringify({ ...emptySummary, ...known }));
  }

  private begin(format: string): Writable {
    this.response.setHeader('Content-Type', outputFormat(format).contentType);
    this.response.setHeader('X-ClickHouse-Format', format);
    this.response.setHeader('X-ClickHouse-Exception-Tag', this.exceptionTag);
    this.body = this.response;
    if (this.compress) {
      this.response.setHeader('Content-Encoding', 'gzip');
      const gzip = createGzip({ level: 1, flush: constants.Z_SYNC_FLUSH });
      gzip.pipe(this.response);
      this.body = gzip;
    }
    return this.body;
  }

  private async write(chunk: Uint8Array, format: string): Promise<void> {
    const body = this.body ?? this.begin(format);
    if (chunk.length === 0) return;
    if (!body.write(chunk) && !this.response.destroyed) await this.room(body);
    if (this.response.destroyed) throw new Error('the client closed the connection');
  }

  private async room(body: Writable): Promise<void> {
    const settled = new AbortController();
    const { signal } = settled;
    await Promise.race([once(body, 'drain', { signal }), once(this.response, 'close', { signal })]);
    settled.abort();
  }

  private async end(): Promise<void> {
    this.body?.end();
    await finished(this.response).catch(() => {});
  }
}
