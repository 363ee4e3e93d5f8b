import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PlimsollError } from '@plimsoll/contract';
import type { BodyEncoding } from '@plimsoll/otlp';
import { letGo } from './let-go.js';

const inflate = promisify(gunzip);

/** A refused body is read to its end up to this multiple of the limit, so that the client gets the answer and no broken pipe. */
const drainFactor = 4;

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

/** @throws PlimsollError `unsupported_media_type` for another compression. */
export function compressionOf(contentEncoding: string | undefined): Compression {
  const name = contentEncoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  throw new PlimsollError('unsupported_media_type', `content-encoding "${contentEncoding}": must be gzip or identity`, {
    field: 'header content-encoding',
  });
}

export function tooLarge(limit: number): PlimsollError {
  return new PlimsollError('too_large', `the body is larger than ${limit} bytes (PLIMSOLL_MAX_BODY_BYTES)`, {
    field: 'body',
  });
}

/** Reads and drops what a refused client is still sending. */
export async function drainBody(request: IncomingMessage, limit: number): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit * drainFactor) return;
    }
  } catch {
    // The client went away: there is nobody left to answer.
  }
}

/** The bytes of a request, unpacked; they are the caller's alone. Errors are those of `readBody` and `unpack`. */
export async function readUnpacked(request: IncomingMessage, compression: Compression, limit: number): Promise<Buffer> {
  const body = await readBody(request, limit);
  if (compression === 'identity') return body;
  const unpacked = await unpack(body, compression, limit);
  // Not where it failed: the thread that unpacks may still be reading.
  letGo(body);
  return unpacked;
}

/**
 * The bytes of a request as sent.
 * @throws PlimsollError `too_large` above the limit, `invalid_input` when the client goes away.
 */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      // Kept on reading: leaving the loop would close the connection before the answer.
      if (length <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (length > limit * drainFactor) break;
    }
  } catch (cause) {
    throw new PlimsollError('invalid_input', 'the body broke off before its end', { field: 'body', cause });
  }
  if (length > limit) throw tooLarge(limit);
  return Buffer.concat(chunks, length);
}

/**
 * Unpacks a gzip body; inflating stops at the limit.
 * @throws PlimsollError `too_large` above the limit, `invalid_input` for bytes that are no gzip.
 */
export async function unpack(body: Buffer, compression: Compression, limit: number): Promise<Buffer> {
  if (compression === 'identity') return body;
  try {
    return await inflate(body, { maxOutputLength: limit, chunkSize: pieceBytes(body) });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(limit);
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new PlimsollError('invalid_input', `gzip body: ${reason}`, { field: 'body', cause });
  }
}

/** Each piece of output is a turn of the thread pool and a copy: a body in one piece costs half of the CPU. */
const mostPieceBytes = 4 * 1024 * 1024;
const leastPieceBytes = 16 * 1024;
/** Text packs to a tenth; a body that claims much more than it can hold gets no memory for it in advance. */
const mostRatio = 64;

/** Room for the size that the end of a gzip body tells, as far as that is believable. */
function pieceBytes(body: Buffer): number {
  const told = body.length < 4 ? 0 : body.readUInt32LE(body.length - 4);
  const believed = Math.min(told + 1, body.length * mostRatio, mostPieceBytes);
  return Math.max(believed, leastPieceBytes);
}
