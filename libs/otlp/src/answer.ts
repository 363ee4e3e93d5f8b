import type { ErrorCode } from '@plimsoll/contract';
import type { BodyEncoding } from './body.js';

export type Signal = 'traces' | 'logs' | 'metrics';

/** google.rpc.Code of each reason for a refusal. */
export const rpcCodes: Readonly<Record<ErrorCode, number>> = {
  invalid_input: 3,
  not_found: 5,
  conflict: 10,
  forbidden: 7,
  too_large: 8,
  too_many_requests: 8,
  unsupported_media_type: 3,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
};

const rejectedField: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** The content type of a body and of its answer. */
export const contentTypes: Readonly<Record<BodyEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** Export*ServiceResponse: empty on full success, else `partial_success` (rejected count and why). */
export function printSuccess(signal: Signal, encoding: BodyEncoding, partial: PartialSuccess | null): Buffer {
  if (encoding === 'json') {
    const body =
      partial === null
        ? {}
        : { partialSuccess: { [rejectedField[signal]]: String(partial.rejected), errorMessage: partial.message } };
    return Buffer.from(JSON.stringify(body));
  }
  if (partial === null) return Buffer.alloc(0);
  const inner = Buffer.concat([varintField(1, partial.rejected), textField(2, partial.message)]);
  return messageField(1, inner);
}

/** google.rpc.Status: what OTLP wants as the body of every refusal, in the encoding of the request. */
export function printStatus(code: ErrorCode, message: string, encoding: BodyEncoding): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code: rpcCodes[code], message }));
  return Buffer.concat([varintField(1, rpcCodes[code]), textField(2, message)]);
}

/** google.rpc.Status with a RetryInfo, as `grpc-status-details-bin` carries it. */
export function printStatusDetails(code: ErrorCode, message: string, retryAfterSeconds: number): Buffer {
  const retryInfo = messageField(1, varintField(1, retryAfterSeconds));
  const any = Buffer.concat([textField(1, 'type.googleapis.com/google.rpc.RetryInfo'), messageField(2, retryInfo)]);
  return Buffer.concat([printStatus(code, message, 'protobuf'), messageField(3, any)]);
}

function messageField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varintField(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(field << 3), varint(value)]);
}

function textField(field: number, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === 0 ? bytes : Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
