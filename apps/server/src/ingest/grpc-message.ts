import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { PlimsollError } from '@plimsoll/contract';
import { BodyPatience } from './body-patience.js';
import { compressionOf, type Hold, readBody, unpackBody } from './request-body.js';
import { tooLarge } from './unpack.js';

/** Whether the message is packed, and its length. */
const prefixBytes = 5;

/**
 * The only message of a call, unpacked. Its length comes first, so that room for all of it is taken before it is read.
 * @throws PlimsollError `too_large`, `unsupported_media_type`, `invalid_input`, and what `hold` throws.
 */
export async function readMessage(
  stream: Readable,
  encoding: string | undefined,
  { limit, hold }: { readonly limit: number; readonly hold: Hold },
): Promise<Buffer> {
  const prefix = await readPrefix(stream);
  const length = prefix.readUInt32BE(1);
  if (length > limit) throw tooLarge(limit);
  const compression = prefix[0] === 0 ? 'identity' : compressionOf(encoding, 'grpc-encoding');
  hold(length);
  const bounds = { limit, announced: length, hold };
  const body = await readBody(stream, bounds);
  if (body.length !== length) {
    const found = body.length < length ? 'broke off before its end' : 'is followed by another one';
    throw new PlimsollError('invalid_input', `the message ${found}`, { field: 'body' });
  }
  return unpackBody(body, compression, bounds);
}

async function readPrefix(stream: Readable): Promise<Buffer> {
  const patience = new BodyPatience(stream);
  const stopped = new AbortController();
  const { signal } = stopped;
  // Also when it breaks off: then there is nothing to read any more.
  const ended = Promise.race([once(stream, 'end', { signal }), once(stream, 'close', { signal })]).catch(
    () => undefined,
  );
  try {
    for (;;) {
      const prefix = stream.read(prefixBytes) as Buffer | null;
      if (prefix?.length === prefixBytes) return prefix;
      if (prefix !== null || stream.readableEnded || stream.destroyed) break;
      await Promise.race([once(stream, 'readable', { signal }), ended]);
    }
  } catch {
    // As when it ends early.
  } finally {
    patience.end();
    stopped.abort();
  }
  throw new PlimsollError('invalid_input', 'the call ended before its message', { field: 'body' });
}
