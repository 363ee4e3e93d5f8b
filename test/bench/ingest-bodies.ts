/**
 * Seeded OTLP trace bodies as GenAI clients send them, built with protobufjs (so that our reader does not read its own
 * writing): input and output messages as JSON text of pseudo-words, usage, ids of user, session and prompt.
 */
import { generator } from '@plimsoll/statistics';
import protobuf from 'protobufjs';

const proto = `
syntax = "proto3";
message AnyValue { oneof value { string stringValue = 1; bool boolValue = 2; int64 intValue = 3; double doubleValue = 4;
  ArrayValue arrayValue = 5; KeyValueList kvlistValue = 6; bytes bytesValue = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; string version = 2; }
message Event { fixed64 timeUnixNano = 1; string name = 2; repeated KeyValue attributes = 3; }
message Status { string message = 2; int32 code = 3; }
message Span { bytes traceId = 1; bytes spanId = 2; bytes parentSpanId = 4; string name = 5; int32 kind = 6;
  fixed64 startTimeUnixNano = 7; fixed64 endTimeUnixNano = 8; repeated KeyValue attributes = 9;
  repeated Event events = 11; Status status = 15; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scopeSpans = 2; }
message Request { repeated ResourceSpans resourceSpans = 1; }
`;

/** ExportTraceServiceRequest by protobufjs. */
export const exportRequest = protobuf.parse(proto, { keepCase: true }).root.lookupType('Request');

type Value = string | number | boolean | readonly string[];

const models = ['gpt-4o-mini-2024-07-18', 'gpt-4o-2024-08-06', 'gpt-4.1-2025-04-14', 'o4-mini-2025-04-16'];
const features = ['support-answer', 'search-summary', 'ticket-triage', 'code-review', 'report-draft'];
const startMs = Date.UTC(2026, 10, 1);

/** `bodies` exports of `spans` calls each; the same seed gives the same bytes. Each call may have an event. */
export function ingestBodies(bodies: number, spans: number, seed = 1, event?: string): Buffer[] {
  const random = generator(seed);
  return Array.from({ length: bodies }, (_, body) => {
    const calls = Array.from({ length: spans }, (__, index) => {
      const atMs = startMs + body * 60_000 + index * 100;
      const given = call(random, atMs);
      return event === undefined ? given : { ...given, events: [eventOf(event, atMs)] };
    });
    const resource = {
      attributes: attributes({
        'service.name': 'assistant',
        'deployment.environment.name': 'production',
        'telemetry.sdk.language': 'python',
        'telemetry.sdk.name': 'opentelemetry',
      }),
    };
    const scopeSpans = [{ scope: { name: 'opentelemetry.instrumentation.openai_v2', version: '2.2b0' }, spans: calls }];
    return Buffer.from(exportRequest.encode({ resourceSpans: [{ resource, scopeSpans }] }).finish());
  });
}

function eventOf(name: string, atMs: number): object {
  const text = { 'event.id': `e-${atMs}`, 'event.note': 'the first piece of the answer has come' };
  return { timeUnixNano: `${atMs - 200}000000`, name, attributes: attributes(text) };
}

/** The same export as OTLP/JSON: ids in hex, 64-bit integers as text. */
export function jsonOf(body: Buffer): Buffer {
  const message = exportRequest.toObject(exportRequest.decode(body), { longs: String, bytes: Buffer });
  return Buffer.from(JSON.stringify(message, (_key, value: unknown) => (isBytes(value) ? hexOf(value) : value)));
}

/** `Buffer.toJSON` has run before a replacer sees the value. */
function isBytes(value: unknown): value is { data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
}

function hexOf({ data }: { data: number[] }): string {
  return Buffer.from(data).toString('hex');
}

function call(random: () => number, atMs: number): object {
  const model = pick(random, models);
  const inputTokens = 200 + Math.floor(random() * 4000);
  const outputTokens = 20 + Math.floor(random() * 800);
  const durationMs = 300 + Math.floor(random() * 9000);
  const messages = [
    { role: 'system', parts: [{ type: 'text', content: prose(random, 30) }] },
    { role: 'user', parts: [{ type: 'text', content: prose(random, 60) }] },
  ];
  const answer = [{ role: 'assistant', parts: [{ type: 'text', content: prose(random, 55) }], finish_reason: 'stop' }];
  return {
    traceId: bytes(random, 16),
    spanId: bytes(random, 8),
    parentSpanId: bytes(random, 8),
    name: `chat ${model}`,
    kind: 3,
    startTimeUnixNano: `${atMs - durationMs}000000`,
    endTimeUnixNano: `${atMs}123456`,
    status: {},
    attributes: attributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model.replace(/-20.*/, ''),
      'gen_ai.response.model': model,
      'gen_ai.response.id': `chatcmpl-${hex(random, 14)}`,
      'gen_ai.request.temperature': 0.7,
      'gen_ai.request.max_tokens': 1024,
      'gen_ai.request.top_p': 0.95,
      'gen_ai.usage.input_tokens': inputTokens,
      'gen_ai.usage.output_tokens': outputTokens,
      'gen_ai.usage.cache_read.input_tokens': Math.floor(inputTokens * random() * 0.5),
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.input.messages': JSON.stringify(messages),
      'gen_ai.output.messages': JSON.stringify(answer),
      'gen_ai.conversation.id': `conv-${hex(random, 8)}`,
      'plimsoll.feature': pick(random, features),
      'plimsoll.customer': `customer-${Math.floor(random() * 200)}`,
      'plimsoll.prompt.name': 'answer',
      'plimsoll.prompt.version': String(38 + Math.floor(random() * 5)),
      'user.id': `user-${Math.floor(random() * 5000)}`,
      'session.id': `session-${hex(random, 6)}`,
      'server.address': 'api.openai.com',
      'server.port': 443,
      'app.request_id': hex(random, 16),
      'app.retry': false,
    }),
  };
}

function attributes(values: Readonly<Record<string, Value>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Value): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
  return { arrayValue: { values: value.map(anyValue) } };
}

const syllables = ['ra', 'men', 'to', 'lis', 'ka', 'ver', 'un', 'del', 'or', 'pi', 'sta', 'en', 'mo', 'qui', 'é', 'ß'];

function prose(random: () => number, words: number): string {
  const word = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, syllables)).join('');
  return Array.from({ length: words }, (_, index) => word() + (index % 12 === 11 ? '.\n' : '')).join(' ');
}

function pick<Item>(random: () => number, list: readonly Item[]): Item {
  return list[Math.floor(random() * list.length)]!;
}

function bytes(random: () => number, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => 1 + Math.floor(random() * 255)));
}

function hex(random: () => number, count: number): string {
  return bytes(random, count).toString('hex');
}
