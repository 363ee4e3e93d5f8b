import { type AnswerFacts, type CallSpan, type Message, textPart } from './call-span.js';
import type { OpenAiOperation, StreamCollector } from './openai-operation.js';

interface ResponsesRequest {
  model?: string;
  input?: string | InputItem[];
  instructions?: string | null;
  temperature?: number | null;
  max_output_tokens?: number | null;
  tools?: unknown[];
}

interface InputItem {
  type?: string;
  role?: string;
  content?: unknown;
  call_id?: string;
  name?: string;
  arguments?: string;
  output?: unknown;
}

interface OutputItem extends InputItem {
  content?: { type?: string; text?: string }[];
}

interface ResponsesAnswer {
  id?: string;
  model?: string;
  status?: string;
  incomplete_details?: { reason?: string } | null;
  error?: { code?: string | null; message?: string } | null;
  output?: OutputItem[];
  usage?: {
    input_tokens?: number;
    output_tokens?: number;
    input_tokens_details?: { cached_tokens?: number } | null;
    output_tokens_details?: { reasoning_tokens?: number } | null;
  } | null;
}

interface ResponsesEvent {
  type?: string;
  response?: ResponsesAnswer;
  /** Of the event `error`. */
  code?: string | null;
  message?: string;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return JSON.stringify(content ?? '');
  const texts = (content as { text?: unknown }[]).map(({ text }) => text);
  return texts.every((text) => typeof text === 'string') ? texts.join('') : JSON.stringify(content);
}

function inputMessages(input: ResponsesRequest['input']): Message[] {
  if (input === undefined) return [];
  if (typeof input === 'string') return [{ role: 'user', parts: [textPart(input)] }];
  return input.flatMap((item) => {
    if (item.type === 'function_call') return [{ role: 'assistant', parts: [callPart(item)] }];
    if (item.type === 'function_call_output') {
      return [{ role: 'tool', parts: [{ type: 'tool_call_response', id: item.call_id, response: item.output }] }];
    }
    return item.role === undefined ? [] : [{ role: item.role, parts: [textPart(textOf(item.content))] }];
  });
}

function callPart({ call_id, name, arguments: given }: InputItem): unknown {
  return { type: 'tool_call', id: call_id, name, arguments: given };
}

function finishReason({ status, incomplete_details, output = [] }: ResponsesAnswer): string[] {
  if (status === 'incomplete')
    return [incomplete_details?.reason === 'max_output_tokens' ? 'length' : 'content_filter'];
  if (status === 'failed') return ['error'];
  if (status !== 'completed') return [];
  return [output.some(({ type }) => type === 'function_call') ? 'tool_calls' : 'stop'];
}

function readResponse(answer: ResponsesAnswer): AnswerFacts {
  const { usage, output = [] } = answer;
  const parts = output.flatMap((item) => {
    if (item.type === 'function_call') return [callPart(item)];
    if (item.type !== 'message') return [];
    return (item.content ?? []).flatMap(({ text }) => (typeof text === 'string' ? [textPart(text)] : []));
  });
  return {
    id: answer.id,
    model: answer.model,
    inputTokens: usage?.input_tokens,
    outputTokens: usage?.output_tokens,
    cachedTokens: usage?.input_tokens_details?.cached_tokens,
    reasoningTokens: usage?.output_tokens_details?.reasoning_tokens,
    finishReasons: finishReason(answer),
    messages: parts.length > 0 ? [{ role: 'assistant', parts }] : [],
    failure:
      answer.status === 'failed'
        ? { type: answer.error?.code ?? 'response_failed', message: answer.error?.message ?? 'the response failed' }
        : undefined,
  };
}

/** The last event of a stream carries the whole answer. */
class ResponsesStream implements StreamCollector<ResponsesEvent> {
  private answer: ResponsesAnswer = {};

  constructor(private readonly span: CallSpan) {}

  add({ type, response, code, message }: ResponsesEvent): void {
    if (type?.endsWith('.delta')) this.span.firstChunk();
    if (response !== undefined) this.answer = response;
    // The client hands this event on; it throws nothing.
    if (type === 'error') this.answer = { ...this.answer, status: 'failed', error: { code, message } };
  }

  facts(): AnswerFacts {
    return readResponse(this.answer);
  }
}

/** `client.responses.create`. */
export const modelResponse: OpenAiOperation<ResponsesRequest, ResponsesAnswer, ResponsesEvent> = {
  describe: (request) => ({
    operation: 'chat',
    model: request.model,
    attributes: {
      'gen_ai.request.temperature': request.temperature ?? undefined,
      'gen_ai.request.max_tokens': request.max_output_tokens ?? undefined,
      'gen_ai.input.messages': JSON.stringify(inputMessages(request.input)),
      ...(typeof request.instructions === 'string'
        ? { 'gen_ai.system_instructions': JSON.stringify([textPart(request.instructions)]) }
        : {}),
      ...(request.tools === undefined ? {} : { 'gen_ai.tool.definitions': JSON.stringify(request.tools) }),
    },
  }),
  read: readResponse,
  collect: (span) => new ResponsesStream(span),
};
