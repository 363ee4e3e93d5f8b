import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** What an answer tells about its call, in the words of OpenTelemetry's GenAI conventions. */
export interface AnswerFacts {
  id?: string | undefined;
  model?: string | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  cachedTokens?: number | undefined;
  reasoningTokens?: number | undefined;
  finishReasons?: readonly string[];
  messages?: readonly Message[];
  /** Why the provider says that it failed, in an answer that is none of its errors. */
  failure?: Failure | undefined;
}

export interface Failure {
  type: string;
  message: string;
}

export interface Message {
  role: string;
  parts: readonly unknown[];
}

/** What a request tells, and which operation it is. */
export interface RequestFacts {
  operation: 'chat' | 'embeddings';
  model?: string | undefined;
  attributes: Attributes;
}

/** Telemetry must never change what the host sees: whatever fails in here is dropped. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The call itself goes on; its span carries what was written so far.
  }
}

export function textPart(text: string): unknown {
  return { type: 'text', content: text };
}

/** The span of one call to a provider. It ends once, and none of its methods throws. */
export class CallSpan {
  private readonly startedAt: number;
  private readonly span: Span;
  private ended = false;
  private sawFirstChunk = false;

  /** `provider`: who is asked, undefined where nobody knows. */
  constructor(describe: () => RequestFacts, provider?: string) {
    let facts: RequestFacts = { operation: 'chat', attributes: {} };
    quietly(() => (facts = describe()));
    const { operation, model, attributes } = facts;
    const name = model === undefined ? operation : `${operation} ${model}`;
    this.span = trace.getTracer('@plimsoll/sdk').startSpan(name, { kind: SpanKind.CLIENT });
    // Not before the span: a first token that takes longer than the call is believed by nobody.
    this.startedAt = performance.now();
    quietly(() =>
      this.span.setAttributes({
        'gen_ai.operation.name': operation,
        ...(provider === undefined ? {} : { 'gen_ai.provider.name': provider }),
        ...(model === undefined ? {} : { 'gen_ai.request.model': model }),
        ...attributes,
      }),
    );
  }

  /** Runs the call with this span as the active one. */
  within<T>(work: () => T): T {
    return context.with(trace.setSpan(context.active(), this.span), work);
  }

  /** The first piece of an answer has come; only the first call counts. */
  firstChunk(): void {
    if (this.sawFirstChunk) return;
    this.sawFirstChunk = true;
    quietly(() =>
      this.span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - this.startedAt) / 1000),
    );
  }

  /** Marks the call as failed; what came before the failure may still be added. */
  failed(error: unknown): void {
    quietly(() => {
      const given = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
      const type = typeof given === 'number' ? String(given) : error instanceof Error ? error.name : 'error';
      this.mark({ type, message: error instanceof Error ? error.message : String(error) });
    });
  }

  fail(error: unknown): void {
    this.failed(error);
    this.end();
  }

  answer(read: () => AnswerFacts): void {
    if (this.ended) return;
    quietly(() => {
      const facts = read();
      this.span.setAttributes(attributesOfAnswer(facts));
      if (facts.failure !== undefined) this.mark(facts.failure);
    });
    this.end();
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    quietly(() => this.span.end());
  }

  private mark({ type, message }: Failure): void {
    this.span.setAttribute('error.type', type);
    this.span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
}

function attributesOfAnswer(facts: AnswerFacts): Attributes {
  const { finishReasons = [], messages = [] } = facts;
  return {
    'gen_ai.response.id': facts.id,
    'gen_ai.response.model': facts.model,
    'gen_ai.usage.input_tokens': facts.inputTokens,
    'gen_ai.usage.output_tokens': facts.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': facts.cachedTokens,
    'gen_ai.usage.reasoning.output_tokens': facts.reasoningTokens,
    ...(finishReasons.length > 0 ? { 'gen_ai.response.finish_reasons': [...finishReasons] } : {}),
    ...(messages.length > 0 ? { 'gen_ai.output.messages': JSON.stringify(messages) } : {}),
  };
}
