import type { Dialect } from './dialect.js';
import { raw, ttft } from './source.js';

/**
 * Inference servers that trace their requests: OTel names, latencies of their own. They say what a request is only where
 * they are told to; without it their span is none, so that a client's call beside it is counted once.
 */
export const vllm: Dialect = {
  id: 'vllm',
  title: 'vLLM and SGLang',
  scopes: ['vllm.llm_engine'],
  keys: ['gen_ai.latency.*', 'gen_ai.usage.cached_tokens', 'gen_ai.usage.num_sequences'],
  sources: {
    cachedInput: raw('gen_ai.usage.cached_tokens'),
    ttft: [ttft('gen_ai.latency.time_to_first_token', 's')],
  },
};
