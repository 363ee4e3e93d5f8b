/** What is known of a failed call, as far as the payload tells it. */
export interface FailureFacts {
  httpStatus: number | null;
  /** The provider's own code. */
  code: string | null;
  message: string | null;
}

/**
 * Messages of providers whose status some clients drop (AI SDK): the wording is fixed, so it tells status and code.
 * Consulted only where the span names no status.
 */
const knownMessages: readonly { pattern: RegExp; httpStatus: number; code: string | null }[] = [
  { pattern: /^rate limit (reached|exceeded)/i, httpStatus: 429, code: 'rate_limit_exceeded' },
  { pattern: /exceeded your current quota/i, httpStatus: 429, code: 'insufficient_quota' },
  { pattern: /maximum context length is \d+ tokens/i, httpStatus: 400, code: 'context_length_exceeded' },
  { pattern: /^prompt is too long/i, httpStatus: 400, code: 'context_length_exceeded' },
  { pattern: /^incorrect api key provided/i, httpStatus: 401, code: 'invalid_api_key' },
  { pattern: /^the server had an error while processing your request/i, httpStatus: 500, code: null },
  { pattern: /^overloaded$/i, httpStatus: 529, code: 'overloaded_error' },
];

/** `429 Rate limit...`, `Error: 400 This model's...`: clients put the status before the provider's message. */
const statusPrefix = /^(?:[A-Za-z]*Error: )?([1-5]\d\d)[ :]+(?=\S)/;

/** What the AI SDK puts before the last of several failures. */
const retryPrefix = /^Failed after \d+ attempts(?: with non-retryable error: '|\. Last error: )(?:[A-Za-z_]*Error: )?/;

/** Status and provider code of a failure, with what clients put before the provider's words cut off the message. */
export function readFailure(given: string | null, carriedStatus: number | null): FailureFacts {
  const last = given?.replace(retryPrefix, '') ?? null;
  const prefix = last === null ? null : statusPrefix.exec(last);
  const message = last !== null && prefix !== null ? last.slice(prefix[0].length) : last;
  const known = message === null ? undefined : knownMessages.find(({ pattern }) => pattern.test(message));
  const status = carriedStatus ?? (prefix === null ? undefined : Number(prefix[1])) ?? known?.httpStatus ?? null;
  return { httpStatus: status, code: known !== undefined && known.httpStatus === status ? known.code : null, message };
}
