import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';

/** A call of one message each way, as it begins: nothing of the message is read yet. */
export interface GrpcCall {
  /** Service and method, `/package.Service/Method`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The message with its length before it, and nothing after it. */
  readonly stream: ServerHttp2Stream;
}

export interface GrpcAnswer {
  /** gRPC's status code; 0 is success. */
  readonly code: number;
  /** Why it failed. */
  readonly details?: string;
  /** Of a success. */
  readonly message?: Uint8Array;
  /** `google.rpc.Status` with details of a failure. */
  readonly status?: Uint8Array;
}

/** Of one connection, at once. Until a call is let in, its client may have 64 KiB on the way. */
const mostStreams = 256;
/** MB that Node keeps for one connection before it refuses new calls on it. */
const sessionMemoryMb = 64;
/** A connection without any call is closed. */
const idleMs = 30 * 60_000;
/** A refused client may finish what it is sending, for this long; what comes is dropped. */
const drainMs = 5_000;
/** Calls that run may finish before the connections are closed. */
const closeMs = 5_000;
const notGrpc = 415;
const prefixBytes = 5;

const contentType = 'application/grpc';
const accepted = { 'grpc-accept-encoding': 'identity,gzip' };

/**
 * gRPC's side of HTTP/2 for calls of one message, without TLS: who calls and what is asked for is known before the message
 * is read, so that its bytes are counted from the first one on. (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md)
 */
export class GrpcServer {
  private readonly server: Http2Server;
  private readonly sessions = new Set<ServerHttp2Session>();

  /** `handle` must not reject. */
  constructor(private readonly handle: (call: GrpcCall) => Promise<GrpcAnswer>) {
    this.server = createServer({
      maxSessionMemory: sessionMemoryMb,
      settings: { maxConcurrentStreams: mostStreams },
    });
    this.server.on('session', (session) => this.keep(session));
    this.server.on('stream', (stream, headers) => void this.take(stream, headers));
  }

  /** Rejects where the port cannot be had. */
  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }

  /** Takes no more calls; resolves when those that run are answered, or given up. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    for (const session of this.sessions) session.close();
    const timer = setTimeout(() => {
      for (const session of this.sessions) session.destroy();
    }, closeMs);
    await closed;
    clearTimeout(timer);
  }

  private keep(session: ServerHttp2Session): void {
    this.sessions.add(session);
    session.setTimeout(idleMs, () => session.close());
    // A broken connection ends its calls, and that is all there is to do about it.
    session.on('error', () => session.destroy());
    session.once('close', () => this.sessions.delete(session));
  }

  private async take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    // Its close says the same to who reads it.
    stream.on('error', () => undefined);
    if (!String(headers['content-type']).startsWith(contentType)) {
      stream.respond({ ':status': notGrpc }, { endStream: true });
      drain(stream);
      return;
    }
    const answer = await this.handle({ path: String(headers[':path']), headers, stream });
    if (stream.destroyed || stream.closed) return;
    if (answer.code === 0) succeed(stream, answer.message ?? new Uint8Array());
    else refuse(stream, answer);
    drain(stream);
  }
}

function succeed(stream: ServerHttp2Stream, message: Uint8Array): void {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(message.length, 1);
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.respond({ ':status': 200, 'content-type': contentType, ...accepted }, { waitForTrailers: true });
  stream.end(Buffer.concat([prefix, message]));
}

function refuse(stream: ServerHttp2Stream, { code, details = '', status }: GrpcAnswer): void {
  const trailers: OutgoingHttpHeaders = {
    ':status': 200,
    'content-type': contentType,
    ...accepted,
    'grpc-status': String(code),
    // A text from outside may hold half of a character, which cannot be encoded.
    'grpc-message': encodeURI(Buffer.from(details).toString()),
  };
  if (status !== undefined) trailers['grpc-status-details-bin'] = Buffer.from(status).toString('base64');
  stream.respond(trailers, { endStream: true });
}

/** Drops what is still being sent; a client that does not stop is told that nobody reads it. */
function drain(stream: ServerHttp2Stream): void {
  stream.resume();
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), drainMs);
  stream.once('close', () => clearTimeout(timer));
}
