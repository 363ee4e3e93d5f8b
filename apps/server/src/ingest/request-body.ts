import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { PlimsollError } from '@plimsoll/contract';
import type { BodyEncoding } from '@plimsoll/otlp';
import { BodyPatience } from './body-patience.js';
import { letGo } from './let-go.js';
import { tooLarge, unpack } from './unpack.js';

/** A refused body is read to its end up to this multiple of the limit, so that the client gets the answer and no broken pipe. */
const drainFactor = 4;

/** Told how many bytes a request holds, whenever it needs more. @throws PlimsollError where there is no room: then it holds none. */
export type Hold = (bytes: number) => void;

export interface BodyBounds {
  /** Bytes that a body may have, packed and unpacked. */
  readonly limit: number;
  /** Bytes that are known to come and held already; 0 where nothing is known. */
  readonly announced: number;
  readonly hold: Hold;
}

/** @throws PlimsollError `unsupported_media_type` for anything but OTLP's two encodings. */
export function encodingOf(contentType: string | undefined): BodyEncoding {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf';
  if (type === 'application/json') return 'json';
  throw new PlimsollError(
    'unsupported_media_type',
    `content-type "${contentType ?? ''}": must be application/x-protobuf or application/json`,
    { field: 'header content-type' },
  );
}

export type Compression = 'identity' | 'gzip';

/** @throws PlimsollError `unsupported_media_type` for another compression; `header` is the one that names it. */
export function compressionOf(encoding: string | undefined, header = 'content-encoding'): Compression {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  throw new PlimsollError('unsupported_media_type', `${header} "${encoding}": must be gzip or identity`, {
    field: `header ${header}`,
  });
}

/** Reads and drops what a refused client is still sending. */
export async function drainBody(request: IncomingMessage, limit: number): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  const patience = new BodyPatience(request);
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      patience.heard();
      length += chunk.length;
      if (length > limit * drainFactor) return;
    }
  } catch {
    // The client went away: there is nobody left to answer.
  } finally {
    patience.end();
  }
}

/** The bytes of a request, unpacked; they are the caller's alone. Errors are those of `readBody` and `unpack`. */
export async function readUnpacked(stream: Readable, compression: Compression, bounds: BodyBounds): Promise<Buffer> {
  return unpackBody(await readBody(stream, bounds), compression, bounds);
}

/** The unpacked bytes; those of `body` are let go. Errors are those of `unpack`. */
export async function unpackBody(body: Buffer, compression: Compression, bounds: BodyBounds): Promise<Buffer> {
  if (compression === 'identity') return body;
  const unpacked = await unpack(body, bounds.limit, bounds.hold);
  // Not where it failed: the thread that unpacks may still be reading.
  letGo(body);
  return unpacked;
}

/**
 * The bytes of a body as sent. What comes beyond the announced is held as it comes; who may not hold it is heard to the end,
 * without keeping any.
 * @throws PlimsollError `too_large` above the limit, `invalid_input` when the client goes away, and what `hold` throws.
 */
export async function readBody(stream: Readable, { limit, announced, hold }: BodyBounds): Promise<Buffer> {
  if (announced > limit) throw tooLarge(limit);
  const patience = new BodyPatience(stream);
  const chunks: Buffer[] = [];
  let length = 0;
  let refusal: PlimsollError | null = null;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      patience.heard();
      length += chunk.length;
      refusal ??= refusalOf(length, { limit, announced, hold });
      // Kept on reading: leaving the loop would close the connection before the answer.
      if (refusal === null) chunks.push(chunk);
      else chunks.length = 0;
      if (length > limit * drainFactor) break;
    }
  } catch (cause) {
    throw new PlimsollError('invalid_input', 'the body broke off before its end', { field: 'body', cause });
  } finally {
    patience.end();
  }
  if (refusal !== null) throw refusal;
  return Buffer.concat(chunks, length);
}

/** Why no more of a body may be kept, now that it has this length; null where it may. */
function refusalOf(length: number, { limit, announced, hold }: BodyBounds): PlimsollError | null {
  try {
    if (length > limit) {
      // Nothing of it is kept.
      hold(0);
      return tooLarge(limit);
    }
    if (length > announced) hold(length);
    return null;
  } catch (error) {
    if (error instanceof PlimsollError) return error;
    throw error;
  }
}
