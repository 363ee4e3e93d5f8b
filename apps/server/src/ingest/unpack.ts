import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PlimsollError } from '@plimsoll/contract';
import type { Hold } from './request-body.js';

const inflate = promisify(gunzip);

/** Each piece of output is a turn of the thread pool and a copy: a body in one piece costs half of the CPU. */
const mostPieceBytes = 4 * 1024 * 1024;
const leastPieceBytes = 16 * 1024;
/** No byte of deflate stands for more (a match of 258 bytes in two bits). */
const mostRatio = 1_032;

export function tooLarge(limit: number): PlimsollError {
  return new PlimsollError('too_large', `the body is larger than ${limit} bytes (PLIMSOLL_MAX_BODY_BYTES)`, {
    field: 'body',
  });
}

/**
 * Unpacks a gzip body, for whose packed and unpacked bytes there is room before the first of them is made: for as many as
 * its end tells, and where more come (several members, or a lie) anew for as many as it can hold at all.
 * @throws PlimsollError `too_large` above the limit, `invalid_input` for bytes that are no gzip, and what `hold` throws.
 */
export async function unpack(body: Buffer, limit: number, hold: Hold): Promise<Buffer> {
  const most = Math.min(limit, Math.max(body.length * mostRatio, leastPieceBytes));
  const told = Math.min(sizeTold(body), most);
  hold(body.length + told);
  const unpacked = await unpackUpTo(body, told);
  if (unpacked !== null) return unpacked;
  if (told < most) {
    hold(body.length + most);
    const all = await unpackUpTo(body, most);
    if (all !== null) return all;
  }
  throw tooLarge(limit);
}

/** Null where there are more bytes. */
async function unpackUpTo(body: Buffer, bytes: number): Promise<Buffer | null> {
  const chunkSize = Math.min(Math.max(bytes + 1, leastPieceBytes), mostPieceBytes);
  try {
    return await inflate(body, { maxOutputLength: Math.max(bytes, 1), chunkSize });
  } catch (cause) {
    if (cause instanceof RangeError) return null;
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new PlimsollError('invalid_input', `gzip body: ${reason}`, { field: 'body', cause });
  }
}

/** What the end of a gzip body says of its last member. */
function sizeTold(body: Buffer): number {
  return body.length < 4 ? 0 : body.readUInt32LE(body.length - 4);
}
