import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Span } from '@plimsoll/contract';
import { freePort } from '@plimsoll/embedded';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOverGrpc } from '../builders/grpc.js';
import { type Platform, startPlatform } from './platform.js';

const root = fileURLToPath(new URL('../fixtures/otlp', import.meta.url));

interface Expected {
  requests: { file: string; signal: string }[];
  spanCount: number;
  traceIds: string[];
  calls?: ExpectedCall[];
  otherSpans?: { spanId: string; kind: string; name: string; parentSpanId: string | null }[];
  totals?: { input: number; output: number; cachedInput: number; reasoningOutput: number; errors: number };
  spans?: { spanId: string; durationNs: string; startTimeUnixNano: string; statusCode: number }[];
}

interface ExpectedCall extends Record<string, unknown> {
  spanId: string;
  usage: { input: number | null; output: number | null; cachedInput: number | null; reasoningOutput: number | null };
  input: ({ role: string; text: string | null } | string | null)[];
  finishReason: string | null;
  finishReasonAlsoAccepted?: string;
  latencyMs: number;
  ttftMs: number | null;
  error: { message: string } | null;
  toolCalls: { id: string | null }[];
  tags: string[] | null;
  prompt: { name?: string; version?: string | number } | null;
  absentInPayload: string[];
}

interface Meta {
  contentType: string;
  contentEncoding: string | null;
}

const scenarios = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((client) => readdirSync(join(root, client.name)).map((scenario) => `${client.name}/${scenario}`))
  .filter((name) => !name.endsWith('.md'));

function expectedOf(scenario: string): Expected {
  return JSON.parse(readFileSync(join(root, scenario, 'expected.json'), 'utf8')) as Expected;
}

const manyTraces = 10;

let platform: Platform;
let grpc: Client;

function metaOf(scenario: string, file: string): Meta {
  return JSON.parse(readFileSync(join(root, scenario, file.replace('.bin', '.meta.json')), 'utf8')) as Meta;
}

function bytesOf(scenario: string, file: string): Buffer {
  return readFileSync(join(root, scenario, file));
}

/** As a gRPC message: not compressed, since gRPC does that itself. */
function bodyOf(scenario: string, file: string): Buffer {
  const bytes = bytesOf(scenario, file);
  return metaOf(scenario, file).contentEncoding === 'gzip' ? gunzipSync(bytes) : bytes;
}

/** The recorded bytes under the recorded headers. A gRPC message is a protobuf body. */
async function send(scenario: string, { file, signal }: { file: string; signal: string }): Promise<number> {
  const meta = metaOf(scenario, file);
  const overGrpc = meta.contentType.startsWith('application/grpc');
  const response = await fetch(`${platform.otlpUrl}/v1/${signal}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${platform.key}`,
      'content-type': overGrpc ? 'application/x-protobuf' : meta.contentType,
      ...(meta.contentEncoding === null || overGrpc ? {} : { 'content-encoding': meta.contentEncoding }),
    },
    body: new Uint8Array(bytesOf(scenario, file)),
  });
  expect(await response.text()).toMatch(/^(\{\})?$/);
  return response.status;
}

async function spansOf(expected: Expected): Promise<Span[]> {
  // A set of a hundred traces is read by its first ones: one request a trace takes time.
  const traceIds = expected.traceIds.slice(0, manyTraces);
  const lists = await Promise.all(
    traceIds.map((traceId) => platform.api<{ items: Span[] }>('GET', `/api/v1/spans?traceId=${traceId}`)),
  );
  return lists.flatMap((list) => list.items);
}

beforeAll(async () => {
  const port = await freePort();
  platform = await startPlatform({ environment: { PLIMSOLL_OTLP_GRPC_PORT: `${port}` } });
  grpc = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  for (const scenario of scenarios) {
    const { requests } = expectedOf(scenario);
    // Traces after logs in every other scenario: content must join in either order.
    const ordered = scenario.length % 2 === 0 ? requests : requests.toReversed();
    for (const request of ordered) expect(await send(scenario, request)).toBe(200);
  }
  const headers = { authorization: `Bearer ${platform.key}` };
  // Everything again, as a client does whose answer was lost: protobuf over gRPC this time.
  for (const scenario of scenarios) {
    for (const request of expectedOf(scenario).requests) {
      if (metaOf(scenario, request.file).contentType === 'application/json') await send(scenario, request);
      else
        expect(await exportOverGrpc(grpc, request.signal, bodyOf(scenario, request.file), headers)).toEqual(
          Buffer.alloc(0),
        );
    }
  }
});

afterAll(async () => {
  grpc?.close();
  await platform?.stop();
});

describe.each(scenarios)('%s', (scenario) => {
  const expected = expectedOf(scenario);

  test('is what the API shows, stored once', async () => {
    const spans = await spansOf(expected);
    if (expected.traceIds.length <= manyTraces) expect(spans).toHaveLength(expected.spanCount);
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(spans.length);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const call of expected.calls ?? []) expectCall(byId.get(call.spanId), call, scenario);
    for (const { spanId, kind, name, parentSpanId } of expected.otherSpans ?? []) {
      expect(byId.get(spanId)).toMatchObject({ kind, name, parentSpanId });
    }
    for (const { spanId, durationNs, startTimeUnixNano, statusCode } of expected.spans ?? []) {
      const span = byId.get(spanId);
      expect(span).toMatchObject({ startTimeUnixNano, spanStatusCode: statusCode });
      expect(BigInt(span?.endTimeUnixNano ?? 0) - BigInt(startTimeUnixNano)).toBe(BigInt(durationNs));
    }
    if (expected.totals !== undefined) expectTotals(spans, expected.totals);
  });
});

const sameAsGiven = [
  'traceId',
  'parentSpanId',
  'name',
  'kind',
  'provider',
  'requestModel',
  'responseModel',
  'system',
  'output',
  'tools',
  'ttftSource',
  'status',
  'spanStatusCode',
  'httpStatus',
  'userId',
  'sessionId',
  'conversationId',
] as const;

function expectCall(span: Span | undefined, expected: ExpectedCall, scenario: string): void {
  expect(span).toBeDefined();
  if (span === undefined) return;
  for (const field of sameAsGiven) expect({ [field]: span[field] }).toEqual({ [field]: expected[field] });
  expect([span.usage.input, span.usage.output]).toEqual([expected.usage.input, expected.usage.output]);
  expect(span.usage.cachedInput ?? 0).toBe(expected.usage.cachedInput ?? 0);
  expect(span.usage.reasoningOutput ?? 0).toBe(expected.usage.reasoningOutput ?? 0);
  expect([expected.finishReason, expected.finishReasonAlsoAccepted]).toContain(span.finishReason);
  expect(span.latencyMs).toBeCloseTo(expected.latencyMs, 2);
  if (expected.ttftMs === null) expect(span.ttftMs).toBeNull();
  else expect(span.ttftMs).toBeCloseTo(expected.ttftMs, 2);
  if (expected.error !== null) expect(span.error?.message).toBe(expected.error.message);
  expect(span.tags).toEqual(expected.tags ?? []);
  expect(span.promptName).toBe(expected.prompt?.name ?? null);
  expect(span.promptVersion).toBe(expected.prompt?.version?.toString() ?? null);
  // Langfuse drops the id of a streamed tool call.
  const calls =
    scenario === 'langfuse/tool-stream'
      ? expected.toolCalls.map((call) => ({ ...call, id: null }))
      : expected.toolCalls;
  expect(span.toolCalls ?? []).toEqual(calls);
  const texts = expected.input.map((message) =>
    typeof message === 'object' && message !== null ? message.text : message,
  );
  expect(span.input?.map(({ text }) => text) ?? null).toEqual(
    expected.absentInPayload.includes('input') ? null : texts,
  );
}

/** Usage counts once: in the calls, never in what wraps them. */
function expectTotals(spans: readonly Span[], totals: NonNullable<Expected['totals']>): void {
  const sum = (pick: (span: Span) => number | null) => spans.reduce((total, span) => total + (pick(span) ?? 0), 0);
  expect({
    input: sum((span) => span.usage.input),
    output: sum((span) => span.usage.output),
    cachedInput: sum((span) => span.usage.cachedInput),
    reasoningOutput: sum((span) => span.usage.reasoningOutput),
  }).toEqual({
    input: totals.input,
    output: totals.output,
    cachedInput: totals.cachedInput,
    reasoningOutput: totals.reasoningOutput,
  });
}
