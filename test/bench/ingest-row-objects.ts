/** The usual way from an export to ClickHouse, to compare with: protobufjs, plain objects, a row object, JSONEachRow. */
import type { AttributeValue, OtlpSpan } from '@plimsoll/otlp';
import { exportRequest } from './ingest-bodies.js';

interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
}

interface Request {
  resourceSpans: { resource: { attributes: Pair[] }; scopeSpans: { scope: { name: string }; spans: Span[] }[] }[];
}

interface Pair {
  key: string;
  value: AnyValue;
}

interface Span {
  traceId: Uint8Array;
  spanId: Uint8Array;
  parentSpanId: Uint8Array;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Pair[];
}

/** One body as JSONEachRow text of 30 columns. One convention is read, nothing is priced. */
export function jsonEachRow(body: Buffer, project: string): string {
  const request = exportRequest.toObject(exportRequest.decode(body), { longs: String }) as Request;
  const lines: string[] = [];
  for (const { resource, scopeSpans } of request.resourceSpans) {
    const about = printed(resource.attributes);
    for (const { scope, spans } of scopeSpans) {
      for (const span of spans) lines.push(JSON.stringify(rowOf(span, about, scope.name, project)));
    }
  }
  return lines.join('\n');
}

function rowOf(span: Span, resource: Record<string, string>, scope: string, project: string): object {
  const attributes = printed(span.attributes);
  return {
    project,
    trace_id: Buffer.from(span.traceId).toString('hex'),
    span_id: Buffer.from(span.spanId).toString('hex'),
    parent_span_id: Buffer.from(span.parentSpanId).toString('hex'),
    name: span.name,
    time: span.endTimeUnixNano,
    start_time: span.startTimeUnixNano,
    end_time: span.endTimeUnixNano,
    kind: attributes['gen_ai.operation.name'] === 'chat' ? 'generation' : 'span',
    service: resource['service.name'] ?? '',
    environment: resource['deployment.environment.name'] ?? '',
    scope_name: scope,
    provider: attributes['gen_ai.provider.name'] ?? '',
    request_model: attributes['gen_ai.request.model'] ?? '',
    response_model: attributes['gen_ai.response.model'] ?? '',
    tokens_input: Number(attributes['gen_ai.usage.input_tokens'] ?? 0),
    tokens_output: Number(attributes['gen_ai.usage.output_tokens'] ?? 0),
    tokens_cache_read: Number(attributes['gen_ai.usage.cache_read.input_tokens'] ?? 0),
    finish_reason: attributes['gen_ai.response.finish_reasons'] ?? '',
    feature: attributes['plimsoll.feature'] ?? '',
    customer: attributes['plimsoll.customer'] ?? '',
    prompt_name: attributes['plimsoll.prompt.name'] ?? '',
    prompt_version: attributes['plimsoll.prompt.version'] ?? '',
    user_id: attributes['user.id'] ?? '',
    session_id: attributes['session.id'] ?? '',
    conversation_id: attributes['gen_ai.conversation.id'] ?? '',
    input: attributes['gen_ai.input.messages'] ?? '',
    output: attributes['gen_ai.output.messages'] ?? '',
    attributes,
    resource,
  };
}

function printed(pairs: readonly Pair[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { key, value } of pairs) values[key] = print(value);
  return values;
}

function print(value: AnyValue): string {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.intValue !== undefined) return value.intValue;
  if (value.doubleValue !== undefined) return String(value.doubleValue);
  if (value.boolValue !== undefined) return String(value.boolValue);
  return JSON.stringify((value.arrayValue?.values ?? []).map(print));
}

/** The same way to the rows that ingest makes: all dialects, the price, all columns. */
export function fullJsonEachRow(body: Buffer, rowOf: (span: OtlpSpan) => object): string {
  const request = exportRequest.toObject(exportRequest.decode(body), { longs: String }) as Request;
  const lines: string[] = [];
  for (const { resource, scopeSpans } of request.resourceSpans) {
    const about = attributesOf(resource.attributes);
    for (const { scope, spans } of scopeSpans) {
      for (const span of spans) {
        const decoded = {
          traceId: Buffer.from(span.traceId).toString('hex'),
          spanId: Buffer.from(span.spanId).toString('hex'),
          parentSpanId: Buffer.from(span.parentSpanId).toString('hex'),
          name: span.name,
          startTime: BigInt(span.startTimeUnixNano),
          endTime: BigInt(span.endTimeUnixNano),
          attributes: attributesOf(span.attributes),
          events: [],
          statusCode: 0,
          statusMessage: '',
          resource: about,
          scope: { name: scope.name, version: '' },
        };
        lines.push(JSON.stringify(rowOf(decoded)));
      }
    }
  }
  return lines.join('\n');
}

function attributesOf(pairs: readonly Pair[]): OtlpSpan['attributes'] {
  return new Map(pairs.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: AnyValue): AttributeValue {
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue ?? (value.arrayValue?.values ?? []).map(valueOf);
}
