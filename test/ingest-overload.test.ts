import { once } from 'node:events';
import { type ClientRequest, request as openRequest } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { PlimsollError, type Project, readSettings } from '@plimsoll/contract';
import { freePort } from '@plimsoll/embedded';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportOverGrpc } from './builders/grpc.js';
import { boundBodies } from '../apps/server/src/ingest/bound-bodies.js';
import { Admission } from '../apps/server/src/ingest/admission.js';
import { BytesInFlight } from '../apps/server/src/ingest/bytes-in-flight.js';
import { IngestGrpc } from '../apps/server/src/ingest/ingest.grpc.js';
import { IngestRoutes } from '../apps/server/src/ingest/ingest.routes.js';
import { ReceptionService } from '../apps/server/src/ingest/reception.service.js';

const mebibyte = 1024 * 1024;
const limit = 16 * mebibyte;
const largest = 4 * mebibyte;
const clients = 40;
const route = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const accepted = { stored: 1, rejected: new Map(), partial: null, traceIds: [] };
const accounts = { reject: () => undefined, settle: () => Promise.resolve(), refuse: () => Promise.resolve() };

/** Notes the most that was ever held. */
class WatchedBytes extends BytesInFlight {
  most = 0;

  override add(project: string, bytes: number): void {
    super.add(project, bytes);
    this.most = Math.max(this.most, this.bytes);
  }
}

let inFlight: WatchedBytes;
let fastify: FastifyInstance;
let grpc: IngestGrpc;
let ports: { http: number; grpc: number };
let url: string;
let client: Client;
/** Bodies that were read wait here, as for their insert. */
let inserted: Promise<void>;
let insert: () => void;
let diskProblem: string | null;
const open: (ClientHttp2Session | ClientRequest)[] = [];

/** The key tells the project. */
function verify(headers: Record<string, string>) {
  const id = headers['authorization'];
  if (id === undefined) return Promise.reject(new PlimsollError('unauthenticated', 'no API key'));
  return Promise.resolve({ project: { id } as Project, keyPrefix: id, scopes: ['ingest'] });
}

async function accept(_signal: string, body: { read(): Promise<Uint8Array>; letGo?: (bytes: Uint8Array) => void }) {
  const bytes = await body.read();
  await inserted;
  body.letGo?.(bytes);
  return accepted;
}

beforeEach(async () => {
  inserted = new Promise((resolve) => (insert = resolve));
  diskProblem = null;
  inFlight = new WatchedBytes(limit);
  const port = await freePort();
  const settings = readSettings({
    PLIMSOLL_OTLP_GRPC_PORT: `${port}`,
    PLIMSOLL_MAX_BODY_BYTES: `${largest}`,
  });
  const reception = new ReceptionService(
    { verify } as never,
    new Admission(inFlight, { problem: () => diskProblem } as never),
    { accept } as never,
    accounts as never,
    accounts as never,
  );
  fastify = Fastify();
  boundBodies(fastify, inFlight);
  fastify.setErrorHandler((error, _request, reply) => reply.status((error as PlimsollError).status).send());
  fastify.post('/api/v1/feedback', async () => {
    await inserted;
    return {};
  });
  new IngestRoutes({ httpAdapter: { getInstance: () => fastify } } as never, reception, settings).onModuleInit();
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  grpc = new IngestGrpc(reception, settings);
  await grpc.onModuleInit();
  ports = { http: (fastify.server.address() as AddressInfo).port, grpc: port };
  url = `http://127.0.0.1:${ports.http}/v1/traces`;
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});

afterEach(async () => {
  insert();
  for (const each of open.splice(0)) each.destroy();
  client.close();
  await grpc.onApplicationShutdown();
  await fastify.close();
});

/** Begins a message of a length and sends some of it. */
function beginMessage(headers: Record<string, string>, length: number, sent: number): ClientHttp2Stream {
  const session = connect(`http://127.0.0.1:${ports.grpc}`);
  open.push(session);
  const stream = session.request({ ':method': 'POST', ':path': route, 'content-type': 'application/grpc', ...headers });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(length, 1);
  stream.write(prefix);
  stream.write(Buffer.alloc(sent));
  return stream;
}

/** Begins a body without saying how long it will be. */
function beginBody(project: string, sent: number, to = url, type = 'application/x-protobuf'): ClientRequest {
  const body = openRequest(to, {
    method: 'POST',
    headers: { authorization: project, 'content-type': type, 'transfer-encoding': 'chunked' },
  });
  body.on('error', () => undefined);
  open.push(body);
  body.write(Buffer.alloc(sent));
  return body;
}

async function send(project: string, body: Uint8Array<ArrayBuffer>, encoding = 'identity') {
  const headers = { authorization: project, 'content-type': 'application/x-protobuf', 'content-encoding': encoding };
  const answer = await fetch(url, { method: 'POST', headers, body });
  return { status: answer.status, retryAfter: answer.headers.get('retry-after') };
}

/** Neither a message over gRPC nor a body over HTTP of another project is kept out. */
async function expectRoomForOthers(): Promise<void> {
  const body = Buffer.alloc(200_000);
  const sent = Promise.all([
    exportOverGrpc(client, 'traces', body, { authorization: 'quiet' }),
    send('quiet', new Uint8Array(body)),
  ]);
  // They are read, and wait for their insert as others may: what is held must let them.
  insert();
  const [overGrpc, overHttp] = await sent;
  expect(overGrpc).toEqual(Buffer.alloc(0));
  expect(overHttp.status).toBe(200);
}

test('messages that clients begin and do not finish hold no more than may be in flight', async () => {
  const answers: (string | undefined)[] = [];
  const refusals: string[] = [];
  for (let index = 0; index < clients; index += 1) {
    const stream = beginMessage({ authorization: `noisy ${index % 2}` }, 2 * mebibyte, 100_000);
    stream.on('response', (headers) => {
      answers.push(headers['grpc-status']?.toString());
      refusals.push(Buffer.from(String(headers['grpc-status-details-bin']), 'base64').toString());
    });
  }
  await expect.poll(() => answers.length).toBeGreaterThan(clients / 2);
  // A length that is told is held whole, before its bytes come.
  expect(inFlight.bytes).toBeGreaterThan(4 * mebibyte);
  expect(inFlight.most).toBeLessThanOrEqual(limit);
  expect(answers.every((code) => code === '8' || code === '14')).toBe(true);
  expect(refusals.every((details) => details.includes('google.rpc.RetryInfo'))).toBe(true);
  await expectRoomForOthers();
  for (const each of open.splice(0)) each.destroy();
  await expect.poll(() => inFlight.bytes).toBe(0);
});

test('bodies of unknown length are held as they grow, and a refused client gets its answer', async () => {
  const first = beginBody('noisy', mebibyte);
  await expect.poll(() => inFlight.bytes).toBeGreaterThan(mebibyte);
  const bodies = [first];
  for (let index = 1; index < clients; index += 1) bodies.push(beginBody('noisy', mebibyte));
  const answers = bodies.map(async (body) => {
    const [answer] = (await once(body, 'response')) as [{ statusCode: number; headers: Record<string, string> }];
    return answer;
  });
  // 40 MiB were sent: each was read up to the end of what it sent, or refused.
  await expect.poll(() => inFlight.most).toBeGreaterThan(limit / 4);
  await expectRoomForOthers();
  for (const body of bodies) body.end();
  const codes = await Promise.all(answers);
  expect(inFlight.most).toBeLessThanOrEqual(limit);
  expect(codes.filter(({ statusCode }) => statusCode === 200).length).toBeGreaterThan(0);
  const refused = codes.filter(({ statusCode }) => statusCode !== 200);
  expect(refused.length).toBeGreaterThan(clients / 2);
  for (const { statusCode, headers } of refused) {
    expect([429, 503]).toContain(statusCode);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  }
  await expect.poll(() => inFlight.bytes).toBe(0);
});

test('events are counted like telemetry, before their key is looked at', async () => {
  const events = url.replace('/v1/traces', '/api/v1/feedback');
  const bodies = Array.from({ length: clients }, () => beginBody('', 900_000, events, 'application/json'));
  let refused = 0;
  for (const body of bodies) body.on('response', ({ statusCode }) => (refused += statusCode === 429 ? 1 : 0));
  await expect.poll(() => refused).toBeGreaterThan(clients / 2);
  expect(inFlight.most).toBeLessThanOrEqual(limit);
  expect(inFlight.bytes).toBeGreaterThan(900_000);
  const told = await fetch(events, {
    method: 'POST',
    body: '1'.repeat(1_040_000),
    headers: { 'content-type': 'text/plain' },
  });
  expect(told.status).toBe(429);
  await expectRoomForOthers();
  for (const each of open.splice(0)) each.destroy();
  await expect.poll(() => inFlight.bytes).toBe(0);
});

test.each([
  ['that tell what they unpack to', (packed: Buffer) => packed, 200],
  ['that say they unpack to nothing', withSize(1), 400],
])('gzip bombs %s hold no more than may be in flight', async (_, change, whenLetIn) => {
  const bomb = change(gzipSync(Buffer.alloc(largest)));
  expect(bomb.length).toBeLessThan(8_000);
  const statuses: number[] = [];
  const sent = Array.from({ length: clients }, async (__, index) => {
    const { status: code, retryAfter } = await send(`noisy ${index % 3}`, new Uint8Array(bomb), 'gzip');
    statuses.push(code);
    if (code === 429 || code === 503) expect(Number(retryAfter)).toBeGreaterThan(0);
  });
  await expect.poll(() => statuses.length).toBeGreaterThan(clients / 2);
  // One was unpacked, and counted as what it is.
  expect(inFlight.most).toBeGreaterThan(largest);
  await expectRoomForOthers();
  await Promise.all(sent);
  expect(inFlight.most).toBeLessThanOrEqual(limit);
  for (const code of statuses) expect([429, 503, whenLetIn]).toContain(code);
  // Those that are let in wait for their insert: the others cannot have room.
  if (whenLetIn === 200) expect(statuses.filter((code) => code !== 200).length).toBeGreaterThan(clients / 2);
  await expect.poll(() => inFlight.bytes).toBe(0);
});

test('who has no key, or comes to a full disk, is answered before the message is sent', async () => {
  const [answer] = await once(beginMessage({}, largest, 100), 'response');
  expect(answer).toMatchObject({ 'grpc-status': '16' });
  diskProblem = 'the disk is full';
  const [full] = await once(beginMessage({ authorization: 'p' }, largest, 100), 'response');
  expect(full).toMatchObject({ 'grpc-status': '14' });
  expect(Buffer.from(String(full['grpc-status-details-bin']), 'base64').toString()).toContain('google.rpc.RetryInfo');
  expect(inFlight.most).toBe(0);
});

test('a client of gRPC that is refused while it sends hears when to come again', async () => {
  inFlight.add('first', limit - 1_000_000);
  const sent = exportOverGrpc(client, 'traces', Buffer.alloc(3_000_000), { authorization: 'second' });
  const error: unknown = await sent.catch((refusal: unknown) => refusal);
  expect(error).toMatchObject({
    code: status.UNAVAILABLE,
    details: expect.stringMatching(/bytes in flight/) as string,
  });
  const [details] = (error as ServiceError).metadata.get('grpc-status-details-bin');
  expect(String(details)).toContain('google.rpc.RetryInfo');
  inFlight.remove('first', limit - 1_000_000);
  insert();
  // The connection goes on.
  expect(await exportOverGrpc(client, 'traces', Buffer.alloc(3_000_000), { authorization: 'second' })).toHaveLength(0);
});

test.each<[string, Buffer, Record<string, string>, string, RegExp]>([
  ['no message', Buffer.alloc(0), {}, '3', /ended before its message/],
  ['a part of a message', Buffer.from([0, 0, 0, 0, 9, 1]), {}, '3', /broke off/],
  ['two messages', Buffer.from([0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1]), {}, '3', /followed by another/],
  ['a message too large', Buffer.from([0, 0xff, 0, 0, 0, 1]), {}, '8', /larger than/],
  ['an unknown packing', Buffer.from([1, 0, 0, 0, 1, 1]), { 'grpc-encoding': 'br' }, '12', /must be gzip/],
  ['another method', Buffer.alloc(0), { ':path': '/a.B/C' }, '12', /no method/],
])('a call with %s is refused', async (_, bytes, headers, code, message) => {
  const session = connect(`http://127.0.0.1:${ports.grpc}`);
  open.push(session);
  const stream = session.request({
    ':method': 'POST',
    ':path': route,
    'content-type': 'application/grpc',
    authorization: 'p',
    ...headers,
  });
  const answered = once(stream, 'response');
  stream.end(bytes);
  const [answer] = await answered;
  expect(answer['grpc-status']).toBe(code);
  expect(decodeURI(String(answer['grpc-message']))).toMatch(message);
  await expect.poll(() => inFlight.bytes).toBe(0);
});

function withSize(bytes: number): (packed: Buffer) => Buffer {
  return (packed) => {
    const changed = Buffer.from(packed);
    changed.writeUInt32LE(bytes, changed.length - 4);
    return changed;
  };
}
