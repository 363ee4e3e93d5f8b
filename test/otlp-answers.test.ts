import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { printStatus, printStatusDetails, printSuccess } from '@plimsoll/otlp';

// After google/rpc/status.proto, error_details.proto and opentelemetry-proto's collector services: read by protobufjs.
const { root } = protobuf.parse(
  `syntax = "proto3";
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Partial { int64 rejected = 1; string error_message = 2; }
  message Response { Partial partial_success = 1; }`,
  { keepCase: true },
);
const read = (type: string, bytes: Uint8Array): Record<string, unknown> =>
  root.lookupType(type).toObject(root.lookupType(type).decode(bytes), { longs: Number });

describe('a refusal', () => {
  test('by gRPC says when to send again, as RetryInfo', () => {
    const status = read('Status', printStatusDetails('too_many_requests', 'später', 300));
    expect(status).toMatchObject({ code: 8, message: 'später' });
    const [any] = status['details'] as { type_url: string; value: Uint8Array }[];
    expect(any!.type_url).toBe('type.googleapis.com/google.rpc.RetryInfo');
    expect(read('RetryInfo', any!.value)).toEqual({ retry_delay: { seconds: 300 } });
  });

  test('by HTTP is a google.rpc.Status in the encoding of the request', () => {
    expect(read('Status', printStatus('unavailable', 'full', 'protobuf'))).toEqual({ code: 14, message: 'full' });
    expect(JSON.parse(printStatus('unauthenticated', 'no API key', 'json').toString())).toEqual({
      code: 16,
      message: 'no API key',
    });
  });
});

test.each([
  ['traces', 'rejectedSpans'],
  ['logs', 'rejectedLogRecords'],
  ['metrics', 'rejectedDataPoints'],
] as const)('success in part of %s', (signal, field) => {
  const partial = { rejected: 300, message: '300 x trace id' };
  expect(read('Response', printSuccess(signal, 'protobuf', partial))).toEqual({
    partial_success: { rejected: 300, error_message: '300 x trace id' },
  });
  expect(JSON.parse(printSuccess(signal, 'json', partial).toString())).toEqual({
    partialSuccess: { [field]: '300', errorMessage: '300 x trace id' },
  });
  expect([printSuccess(signal, 'protobuf', null).length, printSuccess(signal, 'json', null).toString()]).toEqual([
    0,
    '{}',
  ]);
});
