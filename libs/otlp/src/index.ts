export {
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  defaultBodyLimit,
  detectBody,
  protobufOfTraces,
  type BodyEncoding,
} from './body.js';
export type {
  Attributes,
  AttributeValue,
  DecodedLogs,
  DecodedMetrics,
  DecodedTraces,
  OtlpLogRecord,
  OtlpSpan,
  Rejection,
  RejectReason,
} from './signals.js';
export { evalOtlpInput, evalOtlpResult, evaluateOtlp, type EvalOtlpInput, type EvalOtlpResult } from './evaluate.js';
export {
  composeContent,
  storeLogRecord,
  type ComposedContent,
  type LogRecordEntry,
  type SpanContent,
  type StoredLogRecord,
} from './log-records.js';
export { isCall, normaliseSpan } from './normalise.js';
export { dialects, isMappedKey } from './dialects/index.js';
export type { Dialect, FieldName } from './dialects/dialect.js';
export {
  contentTypes,
  printStatus,
  printStatusDetails,
  printSuccess,
  rpcCodes,
  type PartialSuccess,
  type Signal,
} from './answer.js';
export { rejectReasons } from './signals.js';
export { capLogRecord, capSpan, cutKey, cutTexts } from './text-cap.js';
export { maskLogRecord, type MaskedLogRecord, type MaskedSpan, maskSpan } from './masking.js';
export { type KnownModel, type KnownText, knownTexts } from './lazy/known-text.js';
export { type ContentForm, LazySpans } from './lazy/lazy-spans.js';
export { escaped, type MessageScan } from './lazy/message-scan.js';
export { type FieldPlan, how, type SpanOrigin, type SpanPlan } from './lazy/span-plan.js';
export { type SpanScan, valueKinds } from './lazy/span-scan.js';
export { type Outcome, readOutcome } from './normalise.js';
export { changedFields, type RemappedField, remapSpan } from './stored-span.js';
