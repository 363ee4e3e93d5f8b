import { gunzipSync } from 'node:zlib';
import { PlimsollError } from '@plimsoll/contract';
import { decodeLogsJson, decodeMetricsJson, decodeTracesJson } from './decode-json.js';
import { decodeLogsProtobuf, decodeMetricsProtobuf, decodeTracesProtobuf } from './decode-protobuf.js';
import { protobufOfTracesJson } from './json-to-protobuf.js';
import type { DecodedLogs, DecodedMetrics, DecodedTraces } from './signals.js';

export type BodyEncoding = 'protobuf' | 'json';

/** Bodies above this are refused, measured after decompression; also the default of the server. */
export const defaultBodyLimit = 64 * 1024 * 1024;

/** Decodes a request body of a known encoding. Throws `invalid_input` for one that cannot be read. */
export function decodeTraces(bytes: Uint8Array, encoding: BodyEncoding): DecodedTraces {
  return encoding === 'json' ? decodeTracesJson(asText(bytes)) : decodeTracesProtobuf(bytes);
}

/** A body of traces as protobuf, whatever it came as. Throws `invalid_input` for JSON that cannot be read. */
export function protobufOfTraces(bytes: Uint8Array, encoding: BodyEncoding): Uint8Array {
  return encoding === 'json' ? protobufOfTracesJson(asText(bytes)) : bytes;
}

export function decodeLogs(bytes: Uint8Array, encoding: BodyEncoding): DecodedLogs {
  return encoding === 'json' ? decodeLogsJson(asText(bytes)) : decodeLogsProtobuf(bytes);
}

export function decodeMetrics(bytes: Uint8Array, encoding: BodyEncoding): DecodedMetrics {
  return encoding === 'json' ? decodeMetricsJson(asText(bytes)) : decodeMetricsProtobuf(bytes);
}

/** A recorded body whose headers are lost: unpacked if it is gzip, and its encoding told from its bytes. */
export function detectBody(given: Uint8Array): { bytes: Uint8Array; encoding: BodyEncoding } {
  const bytes = given[0] === 0x1f && given[1] === 0x8b ? unzip(given) : given;
  return { bytes, encoding: looksLikeJson(bytes) ? 'json' : 'protobuf' };
}

function unzip(given: Uint8Array): Uint8Array {
  try {
    return gunzipSync(given, { maxOutputLength: defaultBodyLimit });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new PlimsollError('invalid_input', `gzip body: ${reason}`, { field: 'body', cause });
  }
}

/**
 * A JSON object starts with `{`, which no OTLP protobuf does. White space may stand before it, and 0x0a is also the first
 * byte of every protobuf body: then the last byte decides as well.
 */
function looksLikeJson(bytes: Uint8Array): boolean {
  let start = 0;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3;
  if (bytes[start] === 0x7b) return true;
  const whiteSpace = new Set([0x09, 0x0a, 0x0d, 0x20]);
  while (start < bytes.length && whiteSpace.has(bytes[start]!)) start += 1;
  let end = bytes.length;
  while (end > start && whiteSpace.has(bytes[end - 1]!)) end -= 1;
  if (bytes[start] !== 0x7b || bytes[end - 1] !== 0x7d) return false;
  try {
    JSON.parse(asText(bytes));
    return true;
  } catch {
    return false;
  }
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
