import { type CanonicalSpan, type SpanKind, tokenBuckets, type TokenBuckets } from '@plimsoll/contract';
import { parseMoney, type PricedSpan } from '@plimsoll/cost';
import type { StoredSpanRow } from './remap.queries.js';

const nothing = (text: string): string | null => (text === '' ? null : text);

/** A stored row as the record that it was made from; `unmapped` is not stored. */
export function spanOfStored(row: StoredSpanRow): CanonicalSpan {
  const tokens = row.has_usage === 1 ? tokensOf(row) : null;
  const isReported = row.cost_source === 'reported' && row.cost_text !== null;
  return {
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: nothing(row.parent_span_id),
    name: row.name,
    kind: row.kind as SpanKind,
    startTime: BigInt(row.start_ns),
    endTime: BigInt(row.end_ns),
    time: BigInt(row.time_ns),
    finished: row.finished === 1,
    service: nothing(row.service),
    scopeName: nothing(row.scope_name),
    scopeVersion: nothing(row.scope_version),
    provider: nothing(row.provider),
    requestModel: nothing(row.request_model),
    responseModel: nothing(row.response_model),
    serviceTier: nothing(row.service_tier),
    feature: nothing(row.feature),
    customer: nothing(row.customer),
    team: nothing(row.team),
    environment: nothing(row.environment),
    release: nothing(row.release),
    promptName: nothing(row.prompt_name),
    promptVersion: nothing(row.prompt_version),
    userId: nothing(row.user_id),
    sessionId: nothing(row.session_id),
    conversationId: nothing(row.conversation_id),
    outcomeKey: nothing(row.outcome_key),
    tags: [...row.tags],
    metadata: { ...row.metadata },
    tokens,
    usageConflict: row.usage_conflict === 1,
    usage:
      row.usage === ''
        ? { input: null, output: null, cachedInput: null, cacheWriteInput: null, reasoningOutput: null }
        : (JSON.parse(row.usage) as CanonicalSpan['usage']),
    reportedCost: isReported ? row.cost_text : null,
    reportedCurrency: isReported ? 'USD' : null,
    ttftMs: row.ttft_ms,
    ttftSource: nothing(row.ttft_source),
    stream: row.stream === null ? null : row.stream === 1,
    finishReason: nothing(row.finish_reason),
    statusCode: row.status_code,
    statusMessage: nothing(row.status_message),
    status: row.status === 'error' ? 'error' : 'ok',
    errorType: nothing(row.error_type),
    errorMessage: nothing(row.error_message),
    httpStatus: row.http_status,
    system: nothing(row.system),
    input: jsonOf<CanonicalSpan['input']>(row.input),
    output: row.has_output === 1 ? row.output : null,
    toolCalls: jsonOf<CanonicalSpan['toolCalls']>(row.tool_calls),
    tools: row.has_tools === 1 ? [...row.tools] : null,
    sampleP: row.sample_p,
    events: jsonOf<CanonicalSpan['events']>(row.events) ?? [],
    attributes: { ...row.attributes },
    resource: { ...row.resource },
    unmapped: [],
  };
}

/** The price as it is stored: it stands unless something that it rests on has changed. */
export function priceOfStored(row: StoredSpanRow): PricedSpan {
  const cost = row.cost_text === null ? null : parseMoney(row.cost_text, 'cost');
  return {
    cost,
    currency: 'USD',
    computedCost: row.computed_text === null ? null : parseMoney(row.computed_text, 'cost_computed'),
    source: row.cost_source === 'reported' ? 'reported' : cost === null ? 'unpriced' : 'price_book',
    priceVersion: row.price_version,
    fallback: row.price_fallback === 1,
    unpricedTokens: row.unpriced,
    lines: [],
  };
}

function tokensOf(row: StoredSpanRow): TokenBuckets {
  return Object.fromEntries(tokenBuckets.map((bucket, index) => [bucket, row.tokens[index] ?? 0])) as TokenBuckets;
}

function jsonOf<T>(text: string): T | null {
  return text === '' ? null : (JSON.parse(text) as T);
}
