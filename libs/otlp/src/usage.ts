import type { TokenBuckets, Usage } from '@plimsoll/contract';
import { asNumber } from './dialects/source.js';

/** Counts as the sources give them, before any rule. */
export interface GivenUsage {
  input: unknown;
  output: unknown;
  cachedInput: unknown;
  cacheWriteInput: unknown;
  cacheWriteInput1h: unknown;
  reasoningOutput: unknown;
  audioInput: unknown;
  audioOutput: unknown;
}

export interface NormalUsage {
  usage: Usage;
  /** Null where no count is given. */
  tokens: TokenBuckets | null;
  conflict: boolean;
}

/**
 * Inclusive figures and disjoint buckets of one call (cost-gpu 1.1). Most clients count cached tokens inside the input;
 * where cache reads and writes together exceed it, the client (raw Anthropic) left them out, and they are added.
 * Counts that still contradict each other keep what is certain and raise `conflict`.
 */
export function normaliseUsage(given: GivenUsage): NormalUsage {
  const cached = count(given.cachedInput);
  const written = count(given.cacheWriteInput);
  const reasoning = count(given.reasoningOutput);
  const output = count(given.output);
  let input = count(given.input);
  const cache = (cached ?? 0) + (written ?? 0);
  if (input !== null && cache > input) input += cache;
  const usage: Usage = { input, output, cachedInput: cached, cacheWriteInput: written, reasoningOutput: reasoning };
  if (input === null && output === null && cached === null && written === null && reasoning === null) {
    return { usage, tokens: null, conflict: false };
  }

  // Audio may have come from the cache, which most clients do not tell apart: what does not fit beside it did.
  const heard = count(given.audioInput) ?? 0;
  const audioIn = input === null ? heard : Math.min(heard, input - cache);
  const audioOut = count(given.audioOutput) ?? 0;
  const written1h = Math.min(count(given.cacheWriteInput1h) ?? 0, written ?? 0);
  const textInput = (input ?? cache + audioIn) - cache - audioIn;
  const textOutput = (output ?? (reasoning ?? 0) + audioOut) - (reasoning ?? 0) - audioOut;
  return {
    usage,
    tokens: {
      input: Math.max(textInput, 0),
      cache_read: cached ?? 0,
      cache_write_5m: (written ?? 0) - written1h,
      cache_write_1h: written1h,
      output: Math.max(textOutput, 0),
      reasoning: reasoning ?? 0,
      audio_in: audioIn,
      audio_out: audioOut,
      image_in: 0,
      image_out: 0,
    },
    conflict: textInput < 0 || textOutput < 0 || (input !== null && heard > input),
  };
}

/** No call uses more; sums of such counts stay exact. */
const mostTokens = 1e12;

/** A whole number of tokens, not negative; anything else is no count. */
function count(value: unknown): number | null {
  const number = asNumber(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 && number <= mostTokens ? number : null;
}
