import type { OpenAiOperation } from './openai-operation.js';

interface EmbeddingsRequest {
  model?: string;
}

interface EmbeddingsAnswer {
  model?: string;
  usage?: { prompt_tokens?: number };
}

/** `client.embeddings.create`. Neither texts nor vectors are recorded: they are large and nobody reads them. */
export const embedding: OpenAiOperation<EmbeddingsRequest, EmbeddingsAnswer, never> = {
  describe: ({ model }) => ({ operation: 'embeddings', model, attributes: {} }),
  read: ({ model, usage }) => ({ model, inputTokens: usage?.prompt_tokens }),
  collect: null,
};
