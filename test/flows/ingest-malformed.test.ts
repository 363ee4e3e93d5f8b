import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Onboarding, Receipt, Span } from '@plimsoll/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpan, type BuiltSpan, buildTraces } from '../builders/otlp.js';
import { type Platform, startPlatform } from './platform.js';

const recorded = readFileSync(
  fileURLToPath(new URL('../fixtures/otlp/otel-manual/protobuf/traces-1.bin', import.meta.url)),
);
const megabyte = 1024 * 1024;
const daysAgo = (days: number) => Date.now() - days * 86_400_000;

let platform: Platform;
/** Sent beside the malformed requests: all of them must be stored. */
const neighbours: BuiltSpan[] = [];

interface Sent {
  /** The OTLP port unless told. */
  readonly base?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body: Uint8Array<ArrayBuffer> | string;
}

async function send({ base = platform.otlpUrl, path = '/v1/traces', headers = {}, body }: Sent) {
  const all = { authorization: `Bearer ${platform.key}`, 'content-type': 'application/json', ...headers };
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null)),
    body,
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
    text: await response.text(),
  };
}

function sendSpans(...spans: BuiltSpan[]) {
  return send({ body: JSON.stringify(buildTraces(spans)) });
}

const badSpans = (): BuiltSpan[] => [
  buildSpan({ traceId: '0'.repeat(32) }),
  buildSpan({ traceId: 'abcd' }),
  buildSpan({ spanId: 'xyz' }),
  buildSpan({ endMs: daysAgo(366) }),
  buildSpan({ endMs: daysAgo(-1) }),
];

beforeAll(async () => {
  platform = await startPlatform({ environment: { PLIMSOLL_RETENTION: '365' } });
});

afterAll(async () => {
  await platform?.stop();
});

interface Case extends Sent {
  readonly name: string;
  readonly status: number;
  /** Found in the answer. */
  readonly says: RegExp;
}

const protobuf = { 'content-type': 'application/x-protobuf' };
/** The same words outside of JSON. */
const unescaped = (says: RegExp) => new RegExp(says.source.replaceAll(String.raw`\\?`, ''));
const refused: readonly (() => Case)[] = [
  () => ({
    name: 'protobuf cut off',
    headers: protobuf,
    body: recorded.subarray(0, 1_000),
    status: 400,
    says: /protobuf body: .*truncated.* at byte \d+/,
  }),
  () => ({ name: 'no protobuf at all', headers: protobuf, body: 'hello', status: 400, says: /protobuf body/ }),
  () => ({ name: 'broken JSON', body: '{"resourceSpans": [', status: 400, says: /JSON body: .*end of JSON/ }),
  () => ({
    name: 'JSON of another shape',
    body: '{"resourceSpans": {"a": 1}}',
    status: 400,
    says: /resourceSpans must be a list/,
  }),
  () => ({
    name: 'gzip that is none',
    headers: { 'content-encoding': 'gzip' },
    body: '{}',
    status: 400,
    says: /gzip body: incorrect header check/,
  }),
  () => ({
    name: 'gzip cut off',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify(buildTraces([buildSpan()]))).subarray(0, 60),
    status: 400,
    says: /gzip body: unexpected end of file/,
  }),
  () => ({
    name: 'gzip that unpacks to 100 MB',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(Buffer.alloc(100 * megabyte, ' ')),
    status: 413,
    says: /larger than 67108864 bytes/,
  }),
  () => ({ name: 'a 100 MB body', body: Buffer.alloc(100 * megabyte, ' '), status: 413, says: /larger than 67108864/ }),
  () => ({ name: 'no key', headers: { authorization: null }, body: '{}', status: 401, says: /no API key/ }),
  () => ({
    name: 'an unknown key',
    headers: { authorization: 'Bearer plk_unknown1_0123456789abcdef' },
    body: '{}',
    status: 401,
    says: /unknown or revoked/,
  }),
  () => ({
    name: 'another kind of authorization',
    headers: { authorization: 'Digest abc' },
    body: '{}',
    status: 401,
    says: /header authorization/,
  }),
  () => ({
    name: 'a content type that is not OTLP',
    headers: { 'content-type': 'text/plain' },
    body: '{}',
    status: 415,
    says: /content-type \\?"text\/plain/,
  }),
  () => ({
    name: 'an unknown content encoding',
    headers: { 'content-encoding': 'br' },
    body: '{}',
    status: 415,
    says: /content-encoding \\?"br/,
  }),
  () => ({ name: 'an unknown signal', path: '/v1development/profiles', body: '{}', status: 404, says: /profiles/ }),
];

describe('what is refused says why, and nothing else is lost', () => {
  test.each(refused.map((make) => [make().name, make] as const))('%s', async (_, make) => {
    const { status, says, ...sent } = make();
    const neighbour = buildSpan();
    const id = randomUUID();
    const asking = { ...sent, headers: { ...sent.headers, 'x-plimsoll-receipt': id } };
    const [answer, good] = await Promise.all([send(asking), sendSpans(neighbour)]);
    expect({ status: answer.status, text: answer.text }).toEqual({
      status,
      text: expect.stringMatching(says) as string,
    });
    expect(answer.retryAfter).toBeNull();
    expect(good).toMatchObject({ status: 200, text: '{}' });
    neighbours.push(neighbour);
    const read = platform.api<Receipt>('GET', `/api/v1/receipts/${id}`);
    // Without a key there is no project to leave a receipt to, and an address that is none takes no exports.
    if (status === 401 || status === 404) return expect(read).rejects.toThrow(/404/);
    const field = status === 415 ? /^header content-/ : /^body$/;
    expect(await read).toMatchObject({
      accepted: 0,
      refused: {
        field: expect.stringMatching(field) as string,
        cause: expect.stringMatching(unescaped(says)) as string,
      },
      storedAt: null,
    });
  });

  test('a key without the scope', async () => {
    const made = await platform.api<{ secret: string }>('POST', '/api/v1/keys', { name: 'reader', scopes: ['read'] });
    const answer = await send({ headers: { authorization: `Bearer ${made.secret}` }, body: '{}' });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('lacks the scope') as string });
  });

  test('the answer comes in the encoding of the request', async () => {
    const json = await send({ body: '[' });
    expect(json.type).toBe('application/json');
    expect(JSON.parse(json.text)).toMatchObject({ code: 3, message: expect.any(String) as string });
    const binary = await send({ headers: protobuf, body: recorded.subarray(0, 100) });
    expect(binary.type).toBe('application/x-protobuf');
    // google.rpc.Status { 1: code 3, 2: message }
    expect(binary.text.startsWith('\u0008\u0003\u0012')).toBe(true);
  });

  test('a span with a bad id, too old or ahead of time is refused alone', async () => {
    const good = buildSpan();
    const answer = await sendSpans(...badSpans(), good);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      partialSuccess: {
        rejectedSpans: '5',
        errorMessage: expect.stringMatching(/2 x trace id.*1 x span id.*1 x older.*1 x more than 10 minutes/) as string,
      },
    });
    neighbours.push(good);
  });

  test('refusals are counted by reason and shown to the project', async () => {
    const reasons = async () => {
      const { lastRejections } = await platform.api<Onboarding>('GET', '/api/v1/onboarding');
      return lastRejections.map(({ reason, count }) => `${count} ${reason}`);
    };
    // The newest are shown and counts are written once a second: what came before must be written already.
    await sleep(1_500);
    await sendSpans(...badSpans());
    await expect
      .poll(reasons)
      .toEqual(expect.arrayContaining(['2 trace_id_invalid', '1 span_id_invalid', '1 too_old', '1 in_the_future']));
    await send({ headers: { authorization: 'Bearer plk_unknown1_0123456789' }, body: '{}' });
    const shown = async () => (await platform.api<Onboarding>('GET', '/api/v1/onboarding')).lastRejections;
    const route = '/v1/traces';
    const keyPrefix = platform.key.split('_', 2).join('_');
    await expect
      .poll(shown)
      .toEqual(
        expect.arrayContaining([
          expect.objectContaining({ reason: 'span_id_invalid', route, field: 'spanId', keyPrefix }),
          expect.objectContaining({ reason: 'unauthenticated', route, field: 'header authorization', keyPrefix: null }),
        ]),
      );
  });

  const events: readonly [string, string, Readonly<Record<string, unknown>>][] = [
    ['scores', '[{"spanId":1}]', { reason: 'invalid_input', detail: expect.stringContaining('traceId') as string }],
    ['feedback', '[{"traceId":"', { reason: 'invalid_input', field: 'body' }],
    ['outcomes', '[{"traceId":"x"}]', { reason: 'invalid_input', field: '0.name' }],
    ['changes', '{"kind":"prompt","source":"deploy"', { reason: 'invalid_input', field: 'body' }],
  ];

  test.each(events)('refused %s are shown to the project, with field and cause', async (signal, body, told) => {
    const path = `/api/v1/${signal}`;
    const answer = await send({ base: platform.apiUrl, path, body });
    expect(answer.status).toBe(400);
    const shown = async () => (await platform.api<Onboarding>('GET', '/api/v1/onboarding')).lastRejections;
    const keyPrefix = platform.key.split('_', 2).join('_');
    await expect
      .poll(shown)
      .toContainEqual(expect.objectContaining({ signal, route: path, keyPrefix, count: 1, ...told }));
  });

  test('attributes that nobody explains are counted and shown', async () => {
    const span = buildSpan({ attributes: { 'shop.basket.size': '3', 'gen_ai.operation.name': 'chat' } });
    await sendSpans(span, buildSpan({ attributes: { 'shop.basket.size': '4' } }));
    const shown = async () => (await platform.api<Onboarding>('GET', '/api/v1/onboarding')).unmappedAttributes;
    await expect.poll(shown).toContainEqual(expect.objectContaining({ key: 'shop.basket.size', count: 2 }));
  });

  test('every neighbour is stored', async () => {
    for (const { traceId, spanId } of neighbours) {
      const { items } = await platform.api<{ items: Span[] }>('GET', `/api/v1/spans?traceId=${traceId}`);
      expect(items.map((span) => span.spanId)).toEqual([spanId]);
    }
  });
});

describe('what is accepted', () => {
  const accepted: readonly [string, () => Sent][] = [
    ['an empty body', () => ({ body: '' })],
    ['an empty protobuf body', () => ({ headers: protobuf, body: '' })],
    ['an empty request', () => ({ body: '{}' })],
    ['the port of the API', () => ({ base: platform.apiUrl, headers: protobuf, body: recorded })],
    ['metrics', () => ({ path: '/v1/metrics', body: '{"resourceMetrics":[]}' })],
    [
      'a content type with parameters',
      () => ({ headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' }),
    ],
    ['x-api-key', () => ({ headers: { authorization: null, 'x-api-key': platform.key }, body: '{}' })],
    [
      "Langfuse's path and Basic auth",
      () => ({
        path: '/api/public/otel/v1/traces',
        headers: { authorization: `Basic ${Buffer.from(`pk-lf-1:${platform.key}`).toString('base64')}` },
        body: '{}',
      }),
    ],
  ];

  test.each(accepted)('%s', async (_, make) => {
    expect(await send(make())).toMatchObject({ status: 200, text: expect.stringMatching(/^(\{\})?$/) as string });
  });

  test('spans over 200 days in one request', async () => {
    const traceId = buildSpan().traceId;
    const spans = Array.from({ length: 200 }, (_, day) => buildSpan({ traceId, endMs: daysAgo(day) }));
    expect(await sendSpans(...spans)).toMatchObject({ status: 200, text: '{}' });
    const { items } = await platform.api<{ items: Span[] }>('GET', `/api/v1/spans?traceId=${traceId}`);
    expect(items).toHaveLength(200);
  });
});

describe('one span is one span', () => {
  const spansOf = async (traceId: string) =>
    (await platform.api<{ items: Span[] }>('GET', `/api/v1/spans?traceId=${traceId}`)).items;
  const endMs = Date.now() - 60_000;

  test('sent again, also in part and with more in it: the later copy stands', async () => {
    const span = buildSpan({ endMs });
    await sendSpans(span, buildSpan({ traceId: span.traceId, endMs }));
    await sendSpans({ ...span, name: 'fuller' });
    const items = await spansOf(span.traceId);
    expect(items).toHaveLength(2);
    expect(items.find(({ spanId }) => spanId === span.spanId)?.name).toBe('fuller');
  });

  test('pending without an end: shown until its finished form comes', async () => {
    const pending = buildSpan({ endMs: null, startMs: endMs - 500 });
    await sendSpans(pending);
    expect(await spansOf(pending.traceId)).toMatchObject([{ finished: false, endTime: null, latencyMs: null }]);
    await sendSpans({ ...pending, endTimeUnixNano: `${endMs}000000` });
    expect(await spansOf(pending.traceId)).toMatchObject([{ finished: true, latencyMs: 500 }]);
  });

  test('an end before the start: kept, without a latency', async () => {
    const span = buildSpan({ startMs: endMs, endMs: endMs - 5_000 });
    await sendSpans(span);
    expect(await spansOf(span.traceId)).toMatchObject([{ finished: true, latencyMs: 0 }]);
  });

  test('an end of zero is no end: the span stands at its start, once', async () => {
    const pending = { ...buildSpan({ startMs: endMs - 500 }), endTimeUnixNano: '0' };
    await sendSpans(pending, { ...pending, endTimeUnixNano: 0 });
    const items = await spansOf(pending.traceId);
    expect(items).toMatchObject([{ finished: false, endTime: null, latencyMs: null }]);
    expect(items[0]?.startTimeUnixNano).toBe(`${endMs - 500}000000`);
  });

  test('equal ids with another end are two spans', async () => {
    const span = buildSpan({ endMs });
    await sendSpans(span, { ...span, endTimeUnixNano: `${endMs + 1_000}000000` });
    expect(await spansOf(span.traceId)).toHaveLength(2);
  });
});
