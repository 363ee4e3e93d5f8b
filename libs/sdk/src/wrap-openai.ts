import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** The parts of the `openai` client that are wrapped; any client of the same shape will do. */
interface OpenAiLike {
  chat: { completions: { create: (...args: never[]) => unknown } };
  embeddings?: { create: (...args: never[]) => unknown };
}

interface ChatRequest {
  model?: string;
  messages?: { role: string; content?: unknown }[];
  stream?: boolean;
  temperature?: number | null;
  max_tokens?: number | null;
}

interface UsageLike {
  prompt_tokens?: number;
  completion_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number };
  completion_tokens_details?: { reasoning_tokens?: number };
}

interface ChoiceLike {
  finish_reason?: string | null;
  message?: { content?: string | null; tool_calls?: ToolCallLike[] };
  delta?: { content?: string | null };
}

interface ToolCallLike {
  id?: string;
  function?: { name?: string; arguments?: string };
}

interface ResponseLike {
  id?: string;
  model?: string;
  usage?: UsageLike | null;
  choices?: ChoiceLike[];
}

const tracerName = '@plimsoll/sdk';

function textParts(role: string, content: unknown): { role: string; parts: unknown[] } {
  const text = typeof content === 'string' ? content : JSON.stringify(content ?? '');
  return { role, parts: [{ type: 'text', content: text }] };
}

function describeRequest(span: Span, request: ChatRequest): void {
  span.setAttributes({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    ...(request.model === undefined ? {} : { 'gen_ai.request.model': request.model }),
    ...(typeof request.temperature === 'number' ? { 'gen_ai.request.temperature': request.temperature } : {}),
    ...(typeof request.max_tokens === 'number' ? { 'gen_ai.request.max_tokens': request.max_tokens } : {}),
    'gen_ai.input.messages': JSON.stringify(
      (request.messages ?? []).map(({ role, content }) => textParts(role, content)),
    ),
  });
}

function toolParts(calls: readonly ToolCallLike[]): unknown[] {
  return calls.map((call) => ({
    type: 'tool_call',
    id: call.id,
    name: call.function?.name,
    arguments: call.function?.arguments,
  }));
}

function describeUsage(span: Span, usage: UsageLike | null | undefined): void {
  if (usage === null || usage === undefined) return;
  const counts = {
    'gen_ai.usage.input_tokens': usage.prompt_tokens,
    'gen_ai.usage.output_tokens': usage.completion_tokens,
    'gen_ai.usage.cache_read.input_tokens': usage.prompt_tokens_details?.cached_tokens,
    'gen_ai.usage.reasoning.output_tokens': usage.completion_tokens_details?.reasoning_tokens,
  };
  for (const [name, count] of Object.entries(counts)) if (count !== undefined) span.setAttribute(name, count);
}

function describeResponse(span: Span, response: ResponseLike): void {
  if (response.id !== undefined) span.setAttribute('gen_ai.response.id', response.id);
  if (response.model !== undefined) span.setAttribute('gen_ai.response.model', response.model);
  describeUsage(span, response.usage);
  const choices = response.choices ?? [];
  const reasons = choices.map((choice) => choice.finish_reason).filter((reason) => typeof reason === 'string');
  if (reasons.length > 0) span.setAttribute('gen_ai.response.finish_reasons', reasons);
  const messages = choices.flatMap(({ message }) => {
    if (message === undefined) return [];
    const text = typeof message.content === 'string' ? [{ type: 'text', content: message.content }] : [];
    return [{ role: 'assistant', parts: [...text, ...toolParts(message.tool_calls ?? [])] }];
  });
  if (messages.length > 0) span.setAttribute('gen_ai.output.messages', JSON.stringify(messages));
}

function fail(span: Span, error: unknown): void {
  const status = typeof error === 'object' && error !== null && 'status' in error ? String(error.status) : undefined;
  span.setAttribute('error.type', status ?? (error instanceof Error ? error.name : 'error'));
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
}

/** Telemetry must never change what the host sees: whatever fails in here is dropped. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The call itself goes on; its span carries what was written so far.
  }
}

/** Collects a stream as it passes: first-token time, text, usage, finish reason. */
class StreamRecord {
  private text = '';
  private first = true;
  private readonly response: ResponseLike = {};
  private finishReason: string | undefined;

  constructor(
    private readonly span: Span,
    private readonly startedAt: number,
  ) {}

  add(chunk: ResponseLike): void {
    const choice = chunk.choices?.[0];
    if (this.first && typeof choice?.delta?.content === 'string' && choice.delta.content !== '') {
      this.first = false;
      this.span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - this.startedAt) / 1000);
    }
    this.text += choice?.delta?.content ?? '';
    if (typeof choice?.finish_reason === 'string') this.finishReason = choice.finish_reason;
    Object.assign(this.response, { id: chunk.id ?? this.response.id, model: chunk.model ?? this.response.model });
    if (chunk.usage !== null && chunk.usage !== undefined) this.response.usage = chunk.usage;
  }

  end(): void {
    const finish_reason = this.finishReason ?? null;
    describeResponse(this.span, { ...this.response, choices: [{ finish_reason, message: { content: this.text } }] });
    this.span.end();
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<ResponseLike> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** The same stream object, whose iteration is watched; leaving early ends the span as well. */
function watchStream<T extends AsyncIterable<ResponseLike>>(stream: T, span: Span, startedAt: number): T {
  const record = new StreamRecord(span, startedAt);
  const original = stream[Symbol.asyncIterator].bind(stream);
  async function* iterate(): AsyncGenerator<ResponseLike> {
    try {
      for await (const chunk of { [Symbol.asyncIterator]: original }) {
        quietly(() => record.add(chunk));
        yield chunk;
      }
    } catch (error) {
      quietly(() => fail(span, error));
      throw error;
    } finally {
      quietly(() => record.end());
    }
  }
  return new Proxy(stream, {
    get(target, property) {
      if (property === Symbol.asyncIterator) return iterate;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

type Create = (request: ChatRequest, ...rest: unknown[]) => unknown;

function watchResult(result: unknown, span: Span, startedAt: number): unknown {
  if (isAsyncIterable(result)) return watchStream(result, span, startedAt);
  quietly(() => {
    describeResponse(span, result as ResponseLike);
    span.end();
  });
  return result;
}

function tracedChat(create: Create): Create {
  return (request, ...rest) => {
    const tracer = trace.getTracer(tracerName);
    const span = tracer.startSpan(`chat ${request.model ?? ''}`.trim(), { kind: SpanKind.CLIENT });
    const startedAt = performance.now();
    quietly(() => describeRequest(span, request));
    const failed = (error: unknown): never => {
      quietly(() => {
        fail(span, error);
        span.end();
      });
      throw error;
    };
    try {
      const pending = context.with(trace.setSpan(context.active(), span), () => create(request, ...rest));
      return Promise.resolve(pending).then((result) => watchResult(result, span, startedAt), failed);
    } catch (error) {
      return failed(error);
    }
  };
}

/**
 * The same client, whose chat completions (streamed or not) become spans. The original is left untouched.
 * Call results are the ones of the client; only `withResponse()` and other extras of its promise are not kept.
 */
export function wrapOpenAI<T extends OpenAiLike>(client: T): T {
  const completions = client.chat.completions;
  const create = tracedChat(completions.create.bind(completions) as unknown as Create);
  const overlay = <O extends object>(target: O, property: string, value: unknown): O =>
    new Proxy(target, {
      get: (inner, name) => {
        if (name === property) return value;
        const found: unknown = Reflect.get(inner, name, inner);
        return typeof found === 'function' ? found.bind(inner) : found;
      },
    });
  return overlay(client, 'chat', overlay(client.chat, 'completions', overlay(completions, 'create', create)));
}
