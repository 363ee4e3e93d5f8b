/**
 * The closed set of reasons for which the platform refuses something.
 * Each maps to one HTTP status (and one `google.rpc.Code` for OTLP) in the server's filter.
 */
export const errorStatus = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  unavailable: 503,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export interface PlimsollErrorOptions {
  /** The input field at fault, as the client wrote it (`objective.target`, `header authorization`). */
  field?: string;
  /** Seconds after which a client may try again; only for `too_many_requests` and `unavailable`. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An expected failure with a closed code and a message that names the field and the cause. Never carries secrets. */
export class PlimsollError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: PlimsollErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlimsollError';
    this.code = code;
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return errorStatus[this.code];
  }
}
