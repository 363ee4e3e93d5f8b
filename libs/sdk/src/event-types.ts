/** What became of the work: the ticket was resolved, the order was placed. */
export interface Outcome {
  /** Which outcome it is: `ticket-resolved`. */
  name: string;
  status: 'success' | 'failure' | 'neutral';
  /** 32 hex digits; without it and without `key` the trace of the active span. */
  traceId?: string | undefined;
  /** Links to the trace whose call context has this `outcomeKey`, where the trace id is not known any more. */
  key?: string | undefined;
  /** What it was worth, as a decimal text: `"12.50"`. Never a number: money is not rounded. */
  value?: string | undefined;
  /** ISO 4217, `EUR`. */
  currency?: string | undefined;
  /** ISO 8601; now when left out. */
  occurredAt?: string | undefined;
  /** Only for an outcome whose trace is not known: else these are the trace's own. */
  feature?: string | undefined;
  customer?: string | undefined;
}

/** What a user did with an answer. */
export interface Feedback {
  kind: 'thumbs' | 'rating' | 'correction' | 'copied' | 'regenerated' | 'abandoned' | 'comment';
  /** Thumbs: 1 or 0; rating: 0 to 1; correction: the share that was kept. */
  value?: number | undefined;
  comment?: string | undefined;
  userId?: string | undefined;
  /** 32 hex digits; the trace of the active span when left out. */
  traceId?: string | undefined;
  spanId?: string | undefined;
  /** ISO 8601; now when left out. */
  at?: string | undefined;
}

/** Something that was changed and may explain what happens next: a suspect for incidents. */
export interface Change {
  kind:
    | 'prompt'
    | 'model'
    | 'route'
    | 'params'
    | 'retrieval'
    | 'tool'
    | 'release'
    | 'scorer'
    | 'sampling'
    | 'price'
    | 'gpu'
    | 'flag'
    | 'other';
  feature?: string | undefined;
  /** The span dimension in which it shows: `promptVersion`, `responseModel`, `release`. */
  attribute?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  title?: string | undefined;
  link?: string | undefined;
  actor?: string | undefined;
  /** ISO 8601; now when left out. */
  at?: string | undefined;
}
