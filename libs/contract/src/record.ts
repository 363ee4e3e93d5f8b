import { z } from 'zod';

export const spanKinds = [
  'generation',
  'embedding',
  'tool',
  'agent',
  'chain',
  'retriever',
  'reranker',
  'guardrail',
  'evaluator',
  'event',
  'span',
] as const;
export const spanKind = z.enum(spanKinds);
export type SpanKind = z.infer<typeof spanKind>;

/** A *call* is a span of one of these kinds; only calls carry usage and cost. */
export const callKinds = ['generation', 'embedding'] as const satisfies readonly SpanKind[];

/** Disjoint token buckets (cost-gpu normal form): every token is in exactly one. */
export const tokenBuckets = [
  'input',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'output',
  'reasoning',
  'audio_in',
  'audio_out',
  'image_in',
  'image_out',
] as const;
export type TokenBucket = (typeof tokenBuckets)[number];
export type TokenBuckets = Record<TokenBucket, number>;

/** Inclusive usage, as people read it: input contains cached and written tokens, output contains reasoning. */
export const usage = z.object({
  input: z.number().int().nullable(),
  output: z.number().int().nullable(),
  cachedInput: z.number().int().nullable(),
  cacheWriteInput: z.number().int().nullable(),
  reasoningOutput: z.number().int().nullable(),
});
export type Usage = z.infer<typeof usage>;

export const message = z.object({ role: z.string(), text: z.string().nullable() });
export type Message = z.infer<typeof message>;
export const toolCall = z.object({ id: z.string().nullable(), name: z.string(), arguments: z.unknown() });
export type ToolCall = z.infer<typeof toolCall>;

export const callStatus = z.enum(['ok', 'error']);

/**
 * The canonical span: what every dialect maps to and what the store keeps.
 * Times are nanoseconds since the epoch; tokens are disjoint buckets; `null` means that the payload does not carry it.
 */
export interface CanonicalSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  kind: SpanKind;
  startTime: bigint;
  /** 0n when the span has no end. */
  endTime: bigint;
  /** End of the span; its start without an end or with an end before the start. Part of the identity. */
  time: bigint;
  /** False for a pending form without an end: shown, but in no figure. */
  finished: boolean;
  service: string | null;
  scopeName: string | null;
  scopeVersion: string | null;
  provider: string | null;
  requestModel: string | null;
  responseModel: string | null;
  serviceTier: string | null;
  feature: string | null;
  customer: string | null;
  team: string | null;
  environment: string | null;
  release: string | null;
  promptName: string | null;
  promptVersion: string | null;
  userId: string | null;
  sessionId: string | null;
  conversationId: string | null;
  outcomeKey: string | null;
  tags: string[];
  metadata: Record<string, string>;
  /** Null where the span is no call or carries no usage at all. */
  tokens: TokenBuckets | null;
  usageConflict: boolean;
  /** The inclusive figures as given, for the API: null where absent in the payload. */
  usage: Usage;
  /** Cost reported by the client or provider, decimal string; null when none was sent. */
  reportedCost: string | null;
  reportedCurrency: string | null;
  ttftMs: number | null;
  ttftSource: string | null;
  stream: boolean | null;
  finishReason: string | null;
  /** 0 unset, 1 ok, 2 error: what the client wrote. */
  statusCode: number;
  statusMessage: string | null;
  status: 'ok' | 'error';
  errorType: string | null;
  errorMessage: string | null;
  httpStatus: number | null;
  system: string | null;
  input: Message[] | null;
  output: string | null;
  toolCalls: ToolCall[] | null;
  tools: string[] | null;
  /** Probability with which the client's head sampling kept this trace; 1 when it does not say. */
  sampleP: number;
  /** Raw span events, kept so that stored spans can be mapped anew. Times are nanoseconds as text. */
  events: { name: string; time: string; attributes: Record<string, string> }[];
  attributes: Record<string, string>;
  resource: Record<string, string>;
  /** Attribute keys that no dialect knows. */
  unmapped: string[];
}
