/** SQL fragments over the columns of `spans` that every rollup spells the same way. */

/** Only finished spans stand in figures; a call is a generation or an embedding. */
export const isCall = `kind IN ('generation', 'embedding')`;

/** Tokens as people read them: input contains what was cached or written to a cache, output contains reasoning. */
export const inputTokens =
  'tokens_input + tokens_cache_read + tokens_cache_write_5m + tokens_cache_write_1h + tokens_audio_in + tokens_image_in';
export const outputTokens = 'tokens_output + tokens_reasoning + tokens_audio_out + tokens_image_out';

/** Of a finished span; an end before the start counts as no time at all. */
export const durationMs = 'greatest(0, toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1000000';

/** Start of the statement on the store's clock: of two rows with one key, the later statement's stands. */
export const statementVersion = 'toUInt64(toUnixTimestamp64Micro(now64(6)))';

/** The last day of a rollup row, from `{restDays:UInt32}`; 0 keeps it for ever. */
export const expiresOn = (day: string): string =>
  `if({restDays:UInt32} = 0, toDate('2149-06-06'), toDate(${day}) + {restDays:UInt32})`;
