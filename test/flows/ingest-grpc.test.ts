import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, credentials, status } from '@grpc/grpc-js';
import type { Span } from '@plimsoll/contract';
import { freePort } from '@plimsoll/embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOverGrpc } from '../builders/grpc.js';
import { buildSpan, buildTraces } from '../builders/otlp.js';
import { type Platform, startPlatform } from './platform.js';

const recorded = readFileSync(
  fileURLToPath(new URL('../fixtures/otlp/otel-manual/grpc/traces-1.bin', import.meta.url)),
);
const page = 'https://app.example.com';

let platform: Platform;
let client: Client;
let key: { authorization: string };

beforeAll(async () => {
  const port = await freePort();
  platform = await startPlatform({
    environment: {
      PLIMSOLL_OTLP_GRPC_PORT: `${port}`,
      PLIMSOLL_MAX_BODY_BYTES: `${64 * 1024}`,
      PLIMSOLL_MASKING: 'on',
      PLIMSOLL_CORS_ORIGINS: `${page}, http://localhost:5173`,
    },
  });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 });
  key = { authorization: `Bearer ${platform.key}` };
});

afterAll(async () => {
  client?.close();
  await platform?.stop();
});

describe('gRPC', () => {
  test('takes a recorded message, compressed with gzip', async () => {
    expect(await exportOverGrpc(client, 'traces', recorded, key)).toEqual(Buffer.alloc(0));
    const { items } = await platform.api<{ items: Span[] }>(
      'GET',
      '/api/v1/spans?traceId=74aab0bc08bb06838d9043e364c61fc3',
    );
    expect(items).toHaveLength(5);
  });

  test.each(['logs', 'metrics'])('takes empty %s', async (signal) => {
    expect(await exportOverGrpc(client, signal, Buffer.alloc(0), key)).toEqual(Buffer.alloc(0));
  });

  test.each<[string, Uint8Array, Record<string, string> | null, number, RegExp]>([
    ['a message cut off', recorded.subarray(0, 500), null, status.INVALID_ARGUMENT, /truncated/],
    ['no key', recorded, {}, status.UNAUTHENTICATED, /no API key/],
    [
      'an unknown key',
      recorded,
      { 'x-api-key': 'plk_unknown1_0123456789' },
      status.UNAUTHENTICATED,
      /unknown or revoked/,
    ],
    ['a large message', Buffer.alloc(100_000, 1), null, status.RESOURCE_EXHAUSTED, /larger than/i],
  ])('%s', async (_, body, headers, code, message) => {
    await expect(exportOverGrpc(client, 'traces', body, headers ?? key)).rejects.toMatchObject({
      code,
      details: expect.stringMatching(message) as string,
    });
  });
});

describe('a browser', () => {
  const preflight = (origin: string) =>
    fetch(`${platform.otlpUrl}/v1/traces`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-custom',
      },
    });

  test('of an allowed origin may send', async () => {
    const asked = await preflight(page);
    expect(asked.status).toBe(204);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringMatching(/content-type.*authorization.*x-custom/) as string,
      'access-control-max-age': '7200',
    });
    const sent = await fetch(`${platform.otlpUrl}/v1/traces`, {
      method: 'POST',
      headers: { ...key, origin: page, 'content-type': 'application/json' },
      body: JSON.stringify(buildTraces([buildSpan()])),
    });
    expect(sent.status).toBe(200);
    expect(sent.headers.get('access-control-allow-origin')).toBe(page);
    expect(sent.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('of another origin may not', async () => {
    const asked = await preflight('https://evil.example.com');
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('masking', () => {
  const secret = 'ada.lovelace@example.com';

  test('a secret is stored nowhere, whichever way it came', async () => {
    const span = buildSpan({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.input.messages': JSON.stringify([{ role: 'user', content: `mail ${secret}` }]),
        'my.note': secret,
      },
    });
    const { traceId, spanId } = span;
    const record = {
      traceId,
      spanId,
      timeUnixNano: `${Date.now()}000000`,
      eventName: 'gen_ai.choice',
      body: { kvlistValue: { values: [{ key: 'message', value: { stringValue: `to ${secret}` } }] } },
    };
    const bodies: [string, object][] = [
      ['traces', buildTraces([span], { owner: secret })],
      ['logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }],
    ];
    for (const [signal, body] of bodies) {
      const sent = await fetch(`${platform.otlpUrl}/v1/${signal}`, {
        method: 'POST',
        headers: { ...key, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(await sent.text()).toBe('{}');
    }
    const items = await platform.api<{ items: Span[] }>('GET', `/api/v1/spans?traceId=${traceId}`);
    expect(items.items[0]).toMatchObject({ input: [{ text: 'mail [email]' }], output: 'to [email]' });
    expect(JSON.stringify(items)).not.toContain(secret);
  });
});
