import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Masking, Objective, Onboarding, Project, Receipt, Span } from '@plimsoll/contract';
import { freePort } from '@plimsoll/embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOverGrpc } from '../builders/grpc.js';
import { buildSpan, buildTraces } from '../builders/otlp.js';
import { signInAsOwner } from '../builders/projects.js';
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
      PLIMSOLL_MAX_TEXT_BYTES: `${16 * 1024}`,
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
      'access-control-allow-headers': expect.stringMatching(
        /content-type.*content-encoding.*authorization.*x-api-key.*x-custom/,
      ) as string,
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

  test('of an allowed origin may send feedback, and read nothing', async () => {
    const body = JSON.stringify([{ traceId: 'a'.repeat(32), kind: 'thumbs', value: 1 }]);
    const headers = { ...key, origin: page, 'content-type': 'application/json', 'idempotency-key': 'page-1' };
    const asked = await fetch(`${platform.apiUrl}/api/v1/feedback`, {
      method: 'OPTIONS',
      headers: { origin: page, 'access-control-request-headers': 'idempotency-key' },
    });
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/authorization.*idempotency-key/);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const sent = await fetch(`${platform.apiUrl}/api/v1/feedback`, { method: 'POST', headers, body });
      expect(sent.status).toBe(200);
      expect(sent.headers.get('access-control-allow-origin')).toBe(page);
    }
    const read = await fetch(`${platform.apiUrl}/api/v1/spans`, { headers });
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('of another origin may not', async () => {
    const asked = await preflight('https://evil.example.com');
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a text longer than one may be', () => {
  const long = 'é'.repeat(10_000);
  const kept = 'é'.repeat(8_192);
  const cutTo = { kept: 16_384, of: 20_000 };

  test('is cut at the end of a character, and says so', async () => {
    const span = buildSpan({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', content: long },
          { role: 'user', content: 'short' },
        ]),
        'my.note': long,
      },
    });
    const { traceId, spanId } = span;
    const record = {
      traceId,
      spanId,
      timeUnixNano: `${Date.now()}000000`,
      eventName: 'gen_ai.choice',
      body: { kvlistValue: { values: [{ key: 'message', value: { stringValue: long } }] } },
    };
    for (const [signal, body] of [
      ['traces', buildTraces([span])],
      ['logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }],
    ] as const) {
      const sent = await fetch(`${platform.otlpUrl}/v1/${signal}`, {
        method: 'POST',
        headers: { ...key, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(await sent.text()).toBe('{}');
    }
    const { items } = await platform.api<{ items: Span[] }>('GET', `/api/v1/spans?traceId=${traceId}`);
    expect(items[0]).toMatchObject({
      input: [
        { role: 'user', text: kept },
        { role: 'user', text: 'short' },
      ],
      output: kept,
      attributes: { 'my.note': kept },
    });
    expect(items[0]?.cut).toEqual([
      { field: 'input.0.text', ...cutTo },
      { field: 'attributes.my.note', ...cutTo },
      { field: 'gen_ai.choice body', ...cutTo },
    ]);
    const metrics = await (await fetch(`${platform.otlpUrl}/metrics`)).text();
    expect(metrics).toMatch(/plimsoll_ingest_texts_cut_total\{signal="traces"\} [1-9]/);
    expect(metrics).toMatch(/plimsoll_ingest_texts_cut_total\{signal="logs"\} [1-9]/);
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

describe('a sender', () => {
  const send = (headers: Record<string, string>) =>
    fetch(`${platform.otlpUrl}/v1/traces`, {
      method: 'POST',
      headers: { ...key, ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(buildTraces([buildSpan()])),
    });

  test('gets the receipt that it asks for, over gRPC and HTTP', async () => {
    await exportOverGrpc(client, 'traces', recorded, { ...key, 'x-plimsoll-receipt': 'over-grpc' });
    expect((await send({ 'x-plimsoll-receipt': 'over-http' })).status).toBe(200);
    const overGrpc = await platform.api<Receipt>('GET', '/api/v1/receipts/over-grpc');
    expect(overGrpc).toMatchObject({ signal: 'traces', accepted: 5, rejected: [] });
    const overHttp = await platform.api<Receipt>('GET', '/api/v1/receipts/over-http');
    expect(overHttp).toMatchObject({ accepted: 1, visibleAt: overHttp.storedAt, scoredAt: null });
  });

  test.each<[string, Uint8Array, string, RegExp]>([
    ['a message cut off', recorded.subarray(0, 500), 'invalid_input', /truncated/],
    ['a message that gRPC itself refuses', Buffer.alloc(100_000, 1), 'too_large', /larger than/],
  ])('gets a receipt for %s, which its project is shown', async (id, body, code, cause) => {
    const receipt = id.replaceAll(' ', '-');
    const sent = exportOverGrpc(client, 'traces', body, { ...key, 'x-plimsoll-receipt': receipt });
    await expect(sent).rejects.toThrow(cause);
    const refused = { code, field: 'body', cause: expect.stringMatching(cause) as string };
    const read = await platform.api<Receipt>('GET', `/api/v1/receipts/${receipt}`);
    expect(read).toMatchObject({ accepted: 0, refused, storedAt: null, visibleAt: null });
    const route = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
    const shown = async () => (await platform.api<Onboarding>('GET', '/api/v1/onboarding')).lastRejections;
    await expect
      .poll(shown)
      .toContainEqual(
        expect.objectContaining({ signal: 'traces', reason: code, field: 'body', route, detail: refused.cause }),
      );
  });

  test('is told to wait while its key is over its rate', async () => {
    const created = await platform.api<{ secret: string }>('POST', '/api/v1/keys', {
      name: 'slow',
      scopes: ['ingest'],
      rateLimit: 1,
    });
    const slow = { authorization: `Bearer ${created.secret}` };
    await exportOverGrpc(client, 'traces', recorded, slow);
    await exportOverGrpc(client, 'traces', recorded, slow);
    await exportOverGrpc(client, 'traces', recorded, slow);
    const refused = await send(slow);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.text()).toMatch(/may send 1 spans or log records a second/);
    const overGrpc = await exportOverGrpc(client, 'traces', recorded, slow).catch((error: unknown) => error);
    expect(overGrpc).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    // Only with this does a client send again what is refused by RESOURCE_EXHAUSTED; a message too large has none.
    const [details] = (overGrpc as ServiceError).metadata.get('grpc-status-details-bin');
    expect(String(details)).toContain('google.rpc.RetryInfo');
    const large = await exportOverGrpc(client, 'traces', Buffer.alloc(100_000, 1), key).catch(
      (error: unknown) => error,
    );
    expect((large as ServiceError).metadata.get('grpc-status-details-bin')).toEqual([]);
  });

  test('sees the masking policy and its counts, and the room on the disk', async () => {
    const read = () => platform.api<Masking>('GET', '/api/v1/masking');
    expect(await read()).toMatchObject({ mode: 'on', source: 'installation' });
    // Counts are written once a second.
    await expect.poll(async () => (await read()).counts['email'] ?? 0).toBeGreaterThan(0);
    const after = await platform.api<Masking>('PUT', '/api/v1/masking', { mode: 'drop-content' });
    expect(after).toMatchObject({ mode: 'drop-content', source: 'project', rules: [] });
    const ready = (await (await fetch(`${platform.apiUrl}/readyz`)).json()) as { checks: unknown[] };
    expect(ready.checks).toContainEqual({ name: 'disk', ok: true, detail: null });
    const metrics = await (await fetch(`${platform.otlpUrl}/metrics`)).text();
    expect(metrics).toMatch(/plimsoll_free_disk_bytes \d{6,}/);
    expect(metrics).toMatch(/plimsoll_ingest_freshness_seconds_count\{signal="traces"\} \d+/);
  });
});

describe('the platform itself', () => {
  const project = 'plimsoll-itself';

  test('has an objective for its freshness, which exports of users are measured for', async () => {
    const call = await signInAsOwner(platform);
    const projects = await call<{ items: Project[] }>('GET', '/api/v1/projects', 'default');
    expect(projects.items.map(({ slug }) => slug)).toEqual(['default', project]);
    const objective = await call<Objective>('GET', '/api/v1/objectives/ingest-freshness', project);
    expect(objective).toMatchObject({ kind: 'latency', feature: 'ingest', target: '0.99' });
    const measured = async () => (await call<{ items: Span[] }>('GET', '/api/v1/spans', project)).items;
    await expect.poll(async () => (await measured()).length).toBeGreaterThan(2);
    for (const span of await measured()) {
      expect(span).toMatchObject({ feature: 'ingest', status: 'ok', parentSpanId: null, service: 'plimsoll' });
      expect(span.name).toMatch(/^accept (traces|logs)$/);
      expect(span.latencyMs).toBeGreaterThan(0);
    }
    const own = await platform.api<{ items: Span[] }>('GET', '/api/v1/spans?limit=500');
    expect(own.items.filter(({ service }) => service === 'plimsoll')).toEqual([]);
  });
});
