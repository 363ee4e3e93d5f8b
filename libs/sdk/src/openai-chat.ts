import { type AnswerFacts, type CallSpan, type Message, textPart } from './call-span.js';
import type { OpenAiOperation, StreamCollector } from './openai-operation.js';

interface ChatRequest {
  model?: string;
  messages?: { role: string; content?: unknown; tool_calls?: ToolCallLike[]; tool_call_id?: string }[];
  temperature?: number | null;
  max_tokens?: number | null;
  max_completion_tokens?: number | null;
  tools?: { function?: { name?: string } }[];
}

interface ToolCallLike {
  index?: number;
  id?: string;
  function?: { name?: string; arguments?: string };
}

interface ChatAnswer {
  id?: string;
  model?: string;
  usage?: {
    prompt_tokens?: number;
    completion_tokens?: number;
    prompt_tokens_details?: { cached_tokens?: number } | null;
    completion_tokens_details?: { reasoning_tokens?: number } | null;
  } | null;
  choices?: ChoiceLike[];
}

interface ChoiceLike {
  index?: number;
  finish_reason?: string | null;
  message?: { content?: string | null; tool_calls?: ToolCallLike[] | null };
  delta?: { content?: string | null; tool_calls?: ToolCallLike[] | null };
}

function toolPart(call: ToolCallLike): unknown {
  return { type: 'tool_call', id: call.id, name: call.function?.name, arguments: call.function?.arguments };
}

function messageOf({ role, content, tool_calls, tool_call_id }: NonNullable<ChatRequest['messages']>[number]): Message {
  const text = typeof content === 'string' ? content : content === undefined || content === null ? null : content;
  if (role === 'tool') return { role, parts: [{ type: 'tool_call_response', id: tool_call_id, response: text }] };
  const said = text === null ? [] : [textPart(typeof text === 'string' ? text : JSON.stringify(text))];
  return { role, parts: [...said, ...(tool_calls ?? []).map(toolPart)] };
}

function readChat({ id, model, usage, choices = [] }: ChatAnswer): AnswerFacts {
  return {
    id,
    model,
    inputTokens: usage?.prompt_tokens,
    outputTokens: usage?.completion_tokens,
    cachedTokens: usage?.prompt_tokens_details?.cached_tokens,
    reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens,
    finishReasons: choices.map((choice) => choice.finish_reason).filter((reason) => typeof reason === 'string'),
    messages: choices.flatMap(({ message }) => {
      if (message === undefined) return [];
      const said = typeof message.content === 'string' ? [textPart(message.content)] : [];
      return [{ role: 'assistant', parts: [...said, ...(message.tool_calls ?? []).map(toolPart)] }];
    }),
  };
}

/** Puts the pieces of a streamed answer together: text, tool calls by their index, usage of the last chunk. */
class ChatStream implements StreamCollector<ChatAnswer> {
  private readonly answer: ChatAnswer = {};
  private readonly choices = new Map<number, { text: string; finishReason: string | null; calls: ToolCallLike[] }>();

  constructor(private readonly span: CallSpan) {}

  add(chunk: ChatAnswer): void {
    this.answer.id ??= chunk.id;
    this.answer.model ??= chunk.model;
    if (chunk.usage !== null && chunk.usage !== undefined) this.answer.usage = chunk.usage;
    for (const choice of chunk.choices ?? []) this.addChoice(choice);
  }

  facts(): AnswerFacts {
    const choices = [...this.choices.values()].map(({ text, finishReason, calls }) => ({
      finish_reason: finishReason,
      message: { content: text === '' ? null : text, tool_calls: calls.filter((call) => call !== undefined) },
    }));
    return readChat({ ...this.answer, choices });
  }

  private addChoice({ index = 0, delta, finish_reason }: ChoiceLike): void {
    const choice = this.choices.get(index) ?? { text: '', finishReason: null, calls: [] };
    this.choices.set(index, choice);
    if (typeof delta?.content === 'string' && delta.content !== '') {
      this.span.firstChunk();
      choice.text += delta.content;
    }
    for (const piece of delta?.tool_calls ?? []) {
      this.span.firstChunk();
      const call = (choice.calls[piece.index ?? 0] ??= { function: { name: '', arguments: '' } });
      call.id ??= piece.id;
      if (call.function === undefined) continue;
      call.function.name += piece.function?.name ?? '';
      call.function.arguments += piece.function?.arguments ?? '';
    }
    if (typeof finish_reason === 'string') choice.finishReason = finish_reason;
  }
}

/** `client.chat.completions.create`. */
export const chatCompletion: OpenAiOperation<ChatRequest, ChatAnswer, ChatAnswer> = {
  describe(request) {
    const maxTokens = request.max_completion_tokens ?? request.max_tokens;
    return {
      operation: 'chat',
      model: request.model,
      attributes: {
        'gen_ai.request.temperature': request.temperature ?? undefined,
        'gen_ai.request.max_tokens': maxTokens ?? undefined,
        'gen_ai.input.messages': JSON.stringify((request.messages ?? []).map(messageOf)),
        ...(request.tools === undefined ? {} : { 'gen_ai.tool.definitions': JSON.stringify(request.tools) }),
      },
    };
  },
  read: readChat,
  collect: (span) => new ChatStream(span),
};
