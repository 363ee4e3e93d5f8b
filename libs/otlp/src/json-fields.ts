import { PlimsollError } from '@plimsoll/contract';
import { exactInteger } from './protobuf-reader.js';

/** Attribute values that are nested deeper are refused. */
export const maxValueDepth = 64;

export type JsonObject = Record<string, unknown>;

/**
 * A bare integer beyond 2^53 would be rounded by JSON.parse: such numbers under the keys that carry 64-bit integers are
 * quoted first. A match inside a string is impossible, since the quotes there are escaped.
 */
const wideInteger =
  /"(intValue|startTimeUnixNano|endTimeUnixNano|timeUnixNano|observedTimeUnixNano)"\s*:\s*(-?\d{16,20})(?=\s*[,}\]])/g;

/** Most bodies have none: this looks behind colons only. */
const bareWideInteger = /:\s*-?\d{16}/;

export function parseRequest(text: string): JsonObject {
  const stripped = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (stripped.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(bareWideInteger.test(stripped) ? stripped.replace(wideInteger, '"$1":"$2"') : stripped);
  } catch (cause) {
    // Some versions of the engine quote the body: an account of refusals must not hold what clients say.
    const reason = cause instanceof Error ? cause.message.replace(/, (?:\.\.\.)?".*$/s, '') : 'not JSON';
    throw new PlimsollError('invalid_input', `JSON body: ${reason.slice(0, 200)}`, { field: 'body', cause });
  }
  return object(parsed, 'body');
}

/** Hex in either case; base64 of the same byte count is what some older senders write. */
export function id(value: unknown, byteCount: number): string {
  const given = text(value);
  if (given.length === byteCount * 2) return given.toLowerCase();
  const base64Length = Math.ceil(byteCount / 3) * 4;
  if (given.length === base64Length && /^[A-Za-z0-9+/]+=*$/.test(given)) {
    const bytes = Buffer.from(given, 'base64');
    if (bytes.length === byteCount) return bytes.toString('hex');
  }
  return given;
}

export function integer(value: unknown, field: string): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value);
  if (typeof value === 'string' && /^\s*-?\d{1,20}\s*$/.test(value)) {
    const exact = BigInt(value.trim());
    if (BigInt.asIntN(64, exact) === exact) return exactInteger(exact);
  }
  return fail(`${field} has an intValue that is no 64-bit integer: ${nameOf(value)}`);
}

export function double(value: unknown, field: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  return fail(`${field} has a doubleValue that is no number: ${nameOf(value)}`);
}

export function nanoseconds(value: unknown, field: string): bigint {
  if (value === undefined || value === null || value === '') return 0n;
  if (typeof value === 'number' && value >= 0 && value < 2 ** 64) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
    const exact = BigInt(value);
    if (BigInt.asUintN(64, exact) === exact) return exact;
  }
  return fail(`${field} must be nanoseconds since the epoch, not ${nameOf(value)}`);
}

export function statusCode(value: unknown): number {
  if (typeof value === 'number') return Math.abs(value) < 2 ** 31 ? Math.trunc(value) : 0;
  if (value === 'STATUS_CODE_OK' || value === '1') return 1;
  if (value === 'STATUS_CODE_ERROR' || value === '2') return 2;
  return 0;
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function list(value: unknown, field: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return fail(`${field} must be a list, not ${nameOf(value)}`);
  return value;
}

export function object(value: unknown, field: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(`${field} must be an object, not ${nameOf(value)}`);
  }
  return value as JsonObject;
}

export function optionalObject(value: unknown, field: string): JsonObject | undefined {
  return value === undefined || value === null ? undefined : object(value, field);
}

/** What stands there instead, without what a client says. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export function fail(what: string): never {
  throw new PlimsollError('invalid_input', `JSON body: ${what}`, { field: 'body' });
}
