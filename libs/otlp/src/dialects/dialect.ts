import type { SpanKind } from '@plimsoll/contract';
import type { ParsedMessage } from '../messages.js';
import type { AttributeValue } from '../signals.js';
import type { SpanFacts } from '../span-facts.js';

/** Time to first token in milliseconds and the key it was read from. */
export interface FirstToken {
  ms: number;
  source: string;
}

/** What a source of each field gives. Counts and reasons are raw: normalising them is the same for all dialects. */
export interface FieldValues {
  kind: SpanKind;
  provider: string;
  requestModel: string;
  responseModel: string;
  serviceTier: string;
  /** Inclusive token counts: a number, a bigint or numeric text. */
  usageInput: unknown;
  usageOutput: unknown;
  cachedInput: unknown;
  cacheWriteInput: unknown;
  /** Part of `cacheWriteInput` that lives an hour. */
  cacheWriteInput1h: unknown;
  reasoningOutput: unknown;
  audioInput: unknown;
  audioOutput: unknown;
  /** US dollars unless `costCurrency` says otherwise. */
  cost: unknown;
  finishReason: unknown;
  ttft: FirstToken;
  stream: boolean;
  promptName: string;
  promptVersion: string;
  userId: string;
  sessionId: string;
  conversationId: string;
  tags: string[];
  metadata: Record<string, string>;
  feature: string;
  customer: string;
  team: string;
  environment: string;
  release: string;
  outcomeKey: string;
  sampleP: number;
  /** Says that the call failed where the span status does not. */
  failure: { message: string | null };
  system: string;
  input: ParsedMessage[];
  output: ParsedMessage[];
  tools: string[];
}

export type FieldName = keyof FieldValues;

const fields: Readonly<Record<FieldName, true>> = {
  kind: true,
  provider: true,
  requestModel: true,
  responseModel: true,
  serviceTier: true,
  usageInput: true,
  usageOutput: true,
  cachedInput: true,
  cacheWriteInput: true,
  cacheWriteInput1h: true,
  reasoningOutput: true,
  audioInput: true,
  audioOutput: true,
  cost: true,
  finishReason: true,
  ttft: true,
  stream: true,
  promptName: true,
  promptVersion: true,
  userId: true,
  sessionId: true,
  conversationId: true,
  tags: true,
  metadata: true,
  feature: true,
  customer: true,
  team: true,
  environment: true,
  release: true,
  outcomeKey: true,
  sampleP: true,
  failure: true,
  system: true,
  input: true,
  output: true,
  tools: true,
};

export const fieldNames = Object.keys(fields) as readonly FieldName[];

export interface Source<Value> {
  /** What is read, as the conformance page prints it. */
  readonly key: string;
  read(span: SpanFacts): Value | undefined;
  /** What `read` rests on: most spans are read by it, without a call of `read` (see `lazy/span-plan.ts`). */
  readonly from: Origin<Value>;
}

export type Origin<Value> =
  /** Nothing but the value of one attribute: itself (`as: 'text'`, `'raw'`), or what `of` makes of it. */
  | { readonly attribute: string; readonly as: 'text' | 'raw' }
  | { readonly attribute: string; readonly of: (value: AttributeValue) => Value | undefined }
  /** The messages of a request, its system text, or those of an answer, as JSON in one attribute. */
  | { readonly attribute: string; readonly messages: 'request' | 'system' | 'answer' }
  /** Nothing but the text of one resource attribute. */
  | { readonly resource: string }
  /**
   * Says nothing without one of these attributes (a trailing `*` stands for any rest; `resource ` before those of the
   * resource); none where it reads events alone.
   */
  | { readonly oneOf: readonly string[] }
  /** Says nothing but of spans of these instrumentation scopes, of which their names may tell. */
  | { readonly scopes: readonly string[] };

export type Sources = { readonly [Name in FieldName]?: readonly Source<FieldValues[Name]>[] };

/** One client convention: where it puts each field. Adding a dialect is one such file and one line in the registry. */
export interface Dialect {
  readonly id: string;
  readonly title: string;
  /** Instrumentation scopes that speak it; a trailing `*` stands for any rest and is for people only. */
  readonly scopes: readonly string[];
  /** Keys of spans and resources that it explains; a trailing `*` stands for any rest. Other keys count as unmapped. */
  readonly keys: readonly string[];
  readonly sources: Sources;
  /** Span events that it reads, written like keys. */
  readonly events?: readonly string[];
  /** True for the dialect that is asked whatever a span carries. */
  readonly alwaysAsked?: true;
}
