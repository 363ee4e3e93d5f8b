import type { AnswerFacts, CallSpan, RequestFacts } from './call-span.js';

/** How one method of the `openai` client becomes a span. */
export interface OpenAiOperation<Request, Answer, Chunk> {
  describe(request: Request): RequestFacts;
  read(answer: Answer): AnswerFacts;
  /** Collects a streamed answer as it passes; null where nothing is streamed. */
  collect: ((span: CallSpan) => StreamCollector<Chunk>) | null;
}

export interface StreamCollector<Chunk> {
  add(chunk: Chunk): void;
  facts(): AnswerFacts;
}
