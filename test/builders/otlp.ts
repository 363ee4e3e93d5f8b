import { randomBytes } from 'node:crypto';

/** Parts of an OTLP/JSON span that tests vary. */
export interface SpanParts {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly startMs?: number;
  readonly endMs?: number | null;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

export interface BuiltSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly [field: string]: unknown;
}

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.usage.input_tokens': 120,
  'gen_ai.usage.output_tokens': 30,
};

/** A chat call of half a second that ended just now, as OTLP/JSON. */
export function buildSpan(parts: SpanParts = {}): BuiltSpan {
  const endMs = parts.endMs === undefined ? Date.now() - 1_000 : parts.endMs;
  const startMs = parts.startMs ?? (endMs ?? Date.now()) - 500;
  return {
    traceId: parts.traceId ?? randomBytes(16).toString('hex'),
    spanId: parts.spanId ?? randomBytes(8).toString('hex'),
    ...(parts.parentSpanId === undefined ? {} : { parentSpanId: parts.parentSpanId }),
    name: parts.name ?? 'chat gpt-4o-mini',
    startTimeUnixNano: `${startMs}000000`,
    ...(endMs === null ? {} : { endTimeUnixNano: `${endMs}000000` }),
    attributes: Object.entries(parts.attributes ?? chat).map(([key, value]) => ({ key, value: anyValue(value) })),
    status: {},
  };
}

/** An export request with these spans, as OTLP/JSON. */
export function buildTraces(spans: readonly BuiltSpan[], resource: Readonly<Record<string, string>> = {}): object {
  return {
    resourceSpans: [
      {
        resource: {
          attributes: Object.entries({ 'service.name': 'test', ...resource }).map(([key, value]) => ({
            key,
            value: anyValue(value),
          })),
        },
        scopeSpans: [{ scope: { name: 'test' }, spans }],
      },
    ],
  };
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
