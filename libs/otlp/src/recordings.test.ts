import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evalOtlpResult, type EvalOtlpResult, evaluateOtlp } from './index.js';

const root = new URL('../../../test/fixtures/otlp', import.meta.url).pathname;

/** The recordings' own account of a scenario (test/fixtures/otlp/README.md says what each field means). */
interface Expected {
  requests: { file: string; signal: 'traces' | 'logs' | 'metrics' }[];
  spanCount: number;
  duplicateSpans: number;
  traceIds: string[];
  service: string | null;
  logRecords?: number;
  calls?: ExpectedCall[];
  otherSpans?: Record<string, unknown>[];
  totals?: Record<string, number>;
  spans?: Record<string, unknown>[];
  fields?: ExpectedFields;
}

interface ExpectedCall extends Record<string, unknown> {
  spanId: string;
  usage: Record<string, number | null>;
  input: ({ role: string; text: string | null } | string | null)[];
  latencyMs: number;
  ttftMs: number | null;
  cost: number | null;
  finishReason: string | null;
  finishReasonAlsoAccepted?: string;
  stream: boolean;
  error: Record<string, unknown> | null;
  toolCalls: { id: string | null }[];
  absentInPayload: string[];
}

interface ExpectedFields {
  generations?: (Record<string, unknown> & { usage: Record<string, number>; error?: Record<string, unknown> })[];
  [field: string]: unknown;
}

const scenarios = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((client) => readdirSync(join(root, client.name)).map((scenario) => `${client.name}/${scenario}`))
  .filter((name) => !name.endsWith('.md'));

function read(scenario: string): { expected: Expected; result: EvalOtlpResult } {
  const expected = JSON.parse(readFileSync(join(root, scenario, 'expected.json'), 'utf8')) as Expected;
  const files = expected.requests.map(({ file, signal }) => ({
    signal,
    bytes: readFileSync(join(root, scenario, file)),
  }));
  return { expected, result: evaluateOtlp(files) };
}

test('all 82 recorded scenarios are here', () => {
  expect(scenarios).toHaveLength(82);
});

describe.each(scenarios)('%s', (scenario) => {
  const { expected, result } = read(scenario);

  test('has the documented shape', () => {
    expect(evalOtlpResult.parse(result)).toEqual(result);
  });

  test('counts spans, traces and records', () => {
    expect(result.spanCount).toBe(expected.spanCount);
    expect(result.duplicateSpans).toBe(expected.duplicateSpans);
    expect(result.traceIds.toSorted()).toEqual(expected.traceIds.toSorted());
    expect(result.service).toBe(expected.service);
    expect(result.logRecords).toBe(expected.logRecords ?? 0);
    expect(result.rejected).toEqual([]);
  });

  if (expected.calls) {
    test('calls', () => {
      expect(result.calls.map((call) => call.spanId)).toEqual(expected.calls?.map((call) => call.spanId));
      for (const [index, call] of (expected.calls ?? []).entries()) {
        expectCall(result.calls[index]!, call);
        expect(result.calls[index]!.toolCalls).toEqual(
          scenario === 'langfuse/tool-stream' ? withoutIds(call.toolCalls) : call.toolCalls,
        );
      }
    });
  }

  if (expected.otherSpans) {
    test('other spans', () => {
      const byId = new Map(result.otherSpans.map((span) => [span.spanId, span]));
      expect(byId.size).toBe(expected.otherSpans?.length);
      for (const span of expected.otherSpans ?? []) expect(byId.get(String(span['spanId']))).toMatchObject(span);
    });
  }

  if (expected.totals) {
    test('totals', () => {
      expect(result.totals).toEqual(expected.totals);
    });
  }

  if (expected.spans) {
    test('exact times', () => {
      expect(result.spans).toEqual(expected.spans);
    });
  }

  if (expected.fields?.generations) {
    test('hand-made fields', () => {
      expectFields(result, expected.fields ?? {});
    });
  }
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
  'tags',
  'prompt',
  'requestOrder',
] as const;

function expectCall(call: EvalOtlpResult['calls'][number], expected: ExpectedCall): void {
  for (const field of sameAsGiven) expect({ [field]: call[field] }).toEqual({ [field]: expected[field] });
  expect(call.usage.input).toBe(expected.usage['input']);
  expect(call.usage.output).toBe(expected.usage['output']);
  // The recordings take 0 and null as equal in these two.
  expect(call.usage.cachedInput ?? 0).toBe(expected.usage['cachedInput'] ?? 0);
  expect(call.usage.reasoningOutput ?? 0).toBe(expected.usage['reasoningOutput'] ?? 0);
  expect([expected.finishReason, expected.finishReasonAlsoAccepted]).toContain(call.finishReason);
  expect(call.latencyMs).toBeCloseTo(expected.latencyMs, 2);
  if (expected.ttftMs === null) expect(call.ttftMs).toBeNull();
  else expect(call.ttftMs).toBeCloseTo(expected.ttftMs, 2);
  expect(call.cost === null ? null : Number(call.cost)).toBe(expected.cost);
  // Few clients say whether they stream; none may say the opposite.
  expect([null, expected.stream]).toContain(call.stream);
  // A connection that broke is an error of the client, of which the recorded server knows nothing.
  if (expected.error !== null) expect(call.error).toMatchObject(expected.error);
  else expect(call.error === null).toBe(expected['status'] === 'ok');
  if (expected.absentInPayload.includes('input')) expect(call.input).toBeNull();
  else expect(call.input?.map(({ text }) => text)).toEqual(expected.input.map(textOf));
  for (const [index, message] of expected.input.entries()) {
    if (typeof message === 'object' && message?.role && call.input) expect(call.input[index]?.role).toBe(message.role);
  }
}

/** Langfuse drops the id of a streamed tool call, though the server sent one. */
function withoutIds(calls: ExpectedCall['toolCalls']): ExpectedCall['toolCalls'] {
  return calls.map((call) => ({ ...call, id: null }));
}

function textOf(message: ExpectedCall['input'][number]): string | null {
  return typeof message === 'object' && message !== null ? message.text : message;
}

function expectFields(result: EvalOtlpResult, fields: ExpectedFields): void {
  const root = result.otherSpans.find((span) => span.parentSpanId === null);
  expect(root).toMatchObject({
    name: fields['rootName'],
    kind: fields['rootKind'],
    conversationId: fields['conversationId'],
    userId: fields['userId'],
    sessionId: fields['sessionId'],
  });
  expect(result.calls).toHaveLength(fields.generations?.length ?? 0);
  for (const [index, generation] of (fields.generations ?? []).entries()) {
    const call = result.calls[index]!;
    const { input, seedExact, finishReasonRaw, usage, ...plain } = generation;
    expect(call).toMatchObject(plain);
    expect(call.usage).toMatchObject(usage);
    if (input !== undefined) expect(call.input?.map(({ text }) => text)).toEqual(input);
    if (seedExact !== undefined) expect(call.attributes['gen_ai.request.seed']).toBe(seedExact);
    if (finishReasonRaw !== undefined) {
      expect(call.attributes['gen_ai.response.finish_reasons']).toBe(JSON.stringify([finishReasonRaw]));
    }
  }
  const expectedTool = fields['tool'] as { name: string; callId: string; arguments: unknown; result: unknown };
  const tool = result.otherSpans.find((span) => span.kind === 'tool');
  expect(tool?.toolCalls).toEqual([
    { id: expectedTool.callId, name: expectedTool.name, arguments: expectedTool.arguments },
  ]);
  expect(JSON.parse(tool?.output ?? '')).toEqual(expectedTool.result);
  expect(result.totals).toMatchObject(fields['totals'] as object);
}

test('otel-manual/bulk600-proto-gzip: the figures of 600 spans', () => {
  const { expected, result } = read('otel-manual/bulk600-proto-gzip');
  const latencies = result.calls.map((call) => call.latencyMs ?? 0).toSorted((left, right) => left - right);
  expect({
    spans: result.calls.length,
    errors: result.totals.errors,
    sumInputTokens: result.totals.input,
    sumOutputTokens: result.totals.output,
    distinctUsers: new Set(result.calls.map((call) => call.userId)).size,
    minLatencyMs: latencies[0],
    maxLatencyMs: latencies.at(-1),
    p50LatencyMsApprox: (latencies[299]! + latencies[300]!) / 2,
    model: result.calls[0]?.requestModel,
  }).toEqual(expected.fields);
});
