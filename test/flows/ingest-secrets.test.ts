import { randomBytes } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import type { Masking } from '@plimsoll/contract';
import { freePort } from '@plimsoll/embedded';
import { afterEach, expect, test } from 'vitest';
import { exportOverGrpc } from '../builders/grpc.js';
import { protobufOfJson } from '../builders/otlp-proto.js';
import { hasRedis, startRedis, type TestRedis } from '../builders/redis.js';
import { refusedBodies, seededEvents, seededLogs, seededTraces } from '../secrets/bodies.js';
import { findLeaks } from '../secrets/everything.js';
import { Seeds } from '../secrets/seeds.js';
import { type Platform, startPlatform } from './platform.js';
import { openStores, type Stores } from './stores.js';

const seeds = new Seeds();
let platform: Platform;
let stores: Stores;
let grpc: Client;
let redis: TestRedis | undefined;

async function start(queue: 'PostgreSQL' | 'Redis'): Promise<void> {
  const port = await freePort();
  redis = queue === 'Redis' ? await startRedis() : undefined;
  platform = await startPlatform({
    environment: {
      PLIMSOLL_OTLP_GRPC_PORT: `${port}`,
      PLIMSOLL_MASKING: 'on',
      PLIMSOLL_LOG_LEVEL: 'debug',
      ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    },
  });
  stores = await openStores(platform);
  grpc = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
}

afterEach(async () => {
  grpc?.close();
  await stores?.close();
  await platform?.stop();
  await redis?.stop();
});

const authorization = (): { authorization: string } => ({ authorization: `Bearer ${platform.key}` });

async function post(url: string, body: BodyInit, headers: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(url, { method: 'POST', body, headers: { ...authorization(), ...headers } });
  await response.arrayBuffer();
  return response.status;
}

async function sendTelemetry(signal: 'traces' | 'logs', make: (way: string) => object): Promise<void> {
  const body = (way: string): Buffer => Buffer.from(JSON.stringify(make(way)));
  const url = `${platform.otlpUrl}/v1/${signal}`;
  expect(await post(url, new Uint8Array(body('JSON')), { 'content-type': 'application/json' })).toBe(200);
  const protobuf = new Uint8Array(protobufOfJson(signal, body('protobuf')));
  expect(await post(url, protobuf, { 'content-type': 'application/x-protobuf' })).toBe(200);
  const message = protobufOfJson(signal, body('gRPC'));
  expect(await exportOverGrpc(grpc, signal, message, authorization())).toEqual(Buffer.alloc(0));
}

test.each<{ queue: 'PostgreSQL' | 'Redis' }>([
  { queue: 'PostgreSQL' },
  ...(hasRedis() ? [{ queue: 'Redis' as const }] : []),
])('secrets sent by every route are in no table, no log, no file and no queue in $queue', async ({ queue }) => {
  await start(queue);
  const traceId = randomBytes(16).toString('hex');
  await sendTelemetry('traces', (way) => seededTraces(seeds, way, traceId));
  await sendTelemetry('logs', (way) => seededLogs(seeds, way));
  for (const { path, body, headers } of seededEvents(seeds, traceId)) {
    const more = { 'content-type': 'application/json', ...headers };
    expect(await post(`${platform.apiUrl}${path}`, JSON.stringify(body), more)).toBeLessThan(300);
    // Refused for a field that nobody knows, whose name is a secret.
    const wrong = { [seeds.email(`${path} unknown field`)]: seeds.text(`${path} unknown value`) };
    await post(`${platform.apiUrl}${path}`, JSON.stringify(wrong), more);
    await post(`${platform.apiUrl}${path}`, `{"a": ${seeds.text(`${path} broken JSON`)}`, more);
  }
  for (const { body, headers } of refusedBodies(seeds, 'HTTP')) {
    expect(await post(`${platform.otlpUrl}/v1/traces`, body, headers)).toBeLessThan(500);
  }
  const broken = Buffer.from(seeds.text('gRPC refused'));
  await expect(exportOverGrpc(grpc, 'traces', broken, authorization())).rejects.toThrow();

  // Rollups, decisions and counts follow within seconds; what is derived must be as clean as what was stored.
  const derived = ['traces', 'minute_rollup', 'rejections', 'unmapped_attributes', 'masking_counts', 'changes'];
  const filled = async (): Promise<string[]> => {
    const counts = await Promise.all(
      derived.map((name) => stores.clickhouse.query('SELECT 1 FROM {name:Identifier} LIMIT 1', { name })),
    );
    return derived.filter((_, index) => counts[index]?.length === 0);
  };
  await expect.poll(filled, { interval: 500 }).toEqual([]);

  expect(seeds.planted.size).toBeGreaterThan(200);
  expect(await findLeaks(seeds, platform, stores, redis === undefined ? [] : [redis.commandLog])).toEqual([]);

  const { counts } = await platform.api<Masking>('GET', '/api/v1/masking');
  for (const detector of ['api_key', 'token', 'card', 'iban', 'email', 'phone']) {
    expect([detector, counts[detector]]).toEqual([detector, expect.any(Number)]);
  }
});
