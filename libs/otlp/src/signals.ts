/** One attribute value of OTLP: 64-bit integers beyond 2^53 stay exact as bigint, bytes stay bytes. */
export type AttributeValue =
  string | number | bigint | boolean | null | Uint8Array | AttributeValue[] | { [key: string]: AttributeValue };

export type Attributes = Map<string, AttributeValue>;

export interface InstrumentationScope {
  readonly name: string;
  readonly version: string;
}

export interface SpanEvent {
  readonly name: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  readonly attributes: Attributes;
}

/** A span as it came over the wire, in either encoding. Ids are lower-case hex; times are nanoseconds. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly startTime: bigint;
  /** 0n when absent. */
  readonly endTime: bigint;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly resource: Attributes;
  readonly scope: InstrumentationScope;
}

export interface OtlpLogRecord {
  /** Empty when the record belongs to no span. */
  readonly traceId: string;
  readonly spanId: string;
  readonly time: bigint;
  readonly name: string;
  readonly severity: string;
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly scope: InstrumentationScope;
}

/** Reasons for which a single span or record is refused while its neighbours are stored. */
export const rejectReasons = ['trace_id_invalid', 'span_id_invalid', 'no_span', 'too_old', 'in_the_future'] as const;
export type RejectReason = (typeof rejectReasons)[number];

export interface Rejection {
  /** As sent, in hex; empty when there was none. */
  readonly spanId: string;
  readonly reason: RejectReason;
}

export interface DecodedTraces {
  readonly spans: OtlpSpan[];
  readonly rejected: Rejection[];
}

export interface DecodedLogs {
  readonly records: OtlpLogRecord[];
  readonly rejected: Rejection[];
}

export interface DecodedMetrics {
  readonly dataPoints: number;
}

const hexTraceId = /^[0-9a-f]{32}$/;
const hexSpanId = /^[0-9a-f]{16}$/;

export function isTraceId(hex: string): boolean {
  return hexTraceId.test(hex) && !/^0+$/.test(hex);
}

export function isSpanId(hex: string): boolean {
  return hexSpanId.test(hex) && !/^0+$/.test(hex);
}

/** Missing, empty and all-zero parents all mean a root. A parent of another length is no span id either. */
export function parentOf(hex: string): string | null {
  return isSpanId(hex) ? hex : null;
}

/**
 * When a span began. One that ended and tells no start stands at its end: since 1970 it would be the slowest of all, and its
 * trace would begin there.
 */
export function startOf(startTime: bigint, endTime: bigint): bigint {
  return startTime === 0n ? endTime : startTime;
}

/** Why a span with these ids cannot be stored, if so. */
export function idFault(traceId: string, spanId: string): RejectReason | undefined {
  if (!isTraceId(traceId)) return 'trace_id_invalid';
  if (!isSpanId(spanId)) return 'span_id_invalid';
  return undefined;
}

/** A log record may belong to no span (both ids empty); ids that are there must be right. */
export function recordIdFault(traceId: string, spanId: string): RejectReason | undefined {
  if (traceId !== '' && !isTraceId(traceId) && !/^0+$/.test(traceId)) return 'trace_id_invalid';
  if (spanId !== '' && !isSpanId(spanId) && !/^0+$/.test(spanId)) return 'span_id_invalid';
  return undefined;
}

/** The event name of a log record: its own field, the attribute of older senders, or a body that is nothing but the name. */
export function logRecordName(eventName: string, attributes: Attributes, body: AttributeValue): string {
  if (eventName !== '') return eventName;
  const named = attributes.get('event.name');
  if (typeof named === 'string') return named;
  return typeof body === 'string' && body.startsWith('gen_ai.') ? body : '';
}
