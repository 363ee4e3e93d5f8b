import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Span } from '@plimsoll/contract';
import { freePort } from '@plimsoll/embedded';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOverGrpc } from '../builders/grpc.js';
import { jsonOfProtobuf, protobufOfJson } from '../builders/otlp-proto.js';
import { type MadeProject, makeProjects } from '../builders/projects.js';
import { type Platform, startPlatform } from './platform.js';
import { openStores, type Stores } from './stores.js';

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

/** Recordings on their way at once: enough that the store takes several with one insert. */
const senders = 8;

/** One project each, so that what one way stored cannot stand in for another. */
const ways = ['http-protobuf', 'http-json', 'grpc'] as const;
type Way = (typeof ways)[number];

let platform: Platform;
let stores: Stores;
let grpc: Client;
let projects: Readonly<Record<Way, MadeProject>>;

/** A recorded request in the encoding of a way; one that was recorded so is sent with its very bytes. */
interface Body {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function bodyOf(scenario: string, { file, signal }: { file: string; signal: string }, way: Way): Body {
  const recorded = readFileSync(join(root, scenario, file));
  const meta = JSON.parse(readFileSync(join(root, scenario, file.replace('.bin', '.meta.json')), 'utf8')) as Meta;
  const plain = meta.contentEncoding === 'gzip' ? gunzipSync(recorded) : recorded;
  const wasJson = meta.contentType === 'application/json';
  if (way === 'grpc') return { bytes: wasJson ? protobufOfJson(signal, plain) : plain, headers: {} };
  const contentType = way === 'http-json' ? 'application/json' : 'application/x-protobuf';
  const sameEncoding = wasJson === (way === 'http-json');
  if (sameEncoding && meta.contentEncoding === 'gzip') {
    return { bytes: recorded, headers: { 'content-type': contentType, 'content-encoding': 'gzip' } };
  }
  const translate = way === 'http-json' ? jsonOfProtobuf : protobufOfJson;
  return { bytes: sameEncoding ? plain : translate(signal, plain), headers: { 'content-type': contentType } };
}

async function send(scenario: string, request: { file: string; signal: string }, way: Way, key: string): Promise<void> {
  const { bytes, headers } = bodyOf(scenario, request, way);
  const authorization = `Bearer ${key}`;
  if (way === 'grpc') {
    expect(await exportOverGrpc(grpc, request.signal, bytes, { authorization })).toEqual(Buffer.alloc(0));
    return;
  }
  const response = await fetch(`${platform.otlpUrl}/v1/${request.signal}`, {
    method: 'POST',
    headers: { ...headers, authorization },
    body: new Uint8Array(bytes),
  });
  expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/^(\{\})?$/)]);
}

/** Sends every recording to the project of a way; several scenarios at once, the requests of one in their order. */
async function sendAll(to: Way, by: Way): Promise<void> {
  const waiting = [...scenarios];
  const next = async (): Promise<void> => {
    for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
      const { requests } = expectedOf(scenario);
      // Traces after logs in every other scenario: content must join in either order.
      const ordered = scenario.length % 2 === 0 ? requests : requests.toReversed();
      for (const request of ordered) await send(scenario, request, by, projects[to].key);
    }
  };
  await Promise.all(Array.from({ length: senders }, next));
}

/** Every span of a project as the API lists them, by trace: one request a trace would take minutes. */
async function spansByTrace(project: MadeProject): Promise<ReadonlyMap<string, Span[]>> {
  const byTrace = new Map<string, Span[]>();
  let position = '';
  for (;;) {
    const path = `/api/v1/spans?from=2020-01-01T00:00:00Z&limit=500${position}`;
    const { items, nextCursor } = await project.read<{ items: Span[]; nextCursor: string | null }>(path);
    for (const span of items) byTrace.set(span.traceId, [...(byTrace.get(span.traceId) ?? []), span]);
    if (nextCursor === null) return byTrace;
    position = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
}

beforeAll(async () => {
  const port = await freePort();
  platform = await startPlatform({ environment: { PLIMSOLL_OTLP_GRPC_PORT: `${port}` } });
  stores = await openStores(platform);
  grpc = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const [first, second, third] = await makeProjects(platform, ways);
  projects = { 'http-protobuf': first!, 'http-json': second!, grpc: third! };
  await Promise.all(ways.map((way) => sendAll(way, way)));
});

afterAll(async () => {
  grpc?.close();
  await stores?.close();
  await platform?.stop();
});

/** All columns but those that name the project and the arrival. */
const rowsOf = (table: string, project: MadeProject) =>
  stores.clickhouse.query<Record<string, unknown>>(
    `SELECT * EXCEPT (project, ingested_at, version) FROM ${table} FINAL WHERE project = {project:String}
     ORDER BY time, trace_id, span_id${table === 'spans' ? '' : ', record_id'}`,
    { project: project.id },
  );

describe.each(['spans', 'log_records'])('the stored rows of %s', (table) => {
  test('are the same whichever way they came', async () => {
    const [expected, ...others] = await Promise.all(ways.map((way) => rowsOf(table, projects[way])));
    expect(expected?.length).toBeGreaterThan(table === 'spans' ? 700 : 20);
    for (const rows of others) expect(rows).toEqual(expected);
  });

  test('are stored once when everything is sent again another way', async () => {
    const before = await rowsOf(table, projects['http-protobuf']);
    if (table === 'spans') await sendAll('http-protobuf', 'grpc');
    expect(await rowsOf(table, projects['http-protobuf'])).toEqual(before);
  });
});

describe.each(ways)('%s', (way) => {
  let listed: ReadonlyMap<string, Span[]>;
  beforeAll(async () => {
    listed = await spansByTrace(projects[way]);
  });

  test.each(scenarios)('%s is what the API shows', (scenario) => {
    const expected = expectedOf(scenario);
    const spans = expected.traceIds.flatMap((traceId) => listed.get(traceId) ?? []);
    expect(spans).toHaveLength(expected.spanCount);
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
