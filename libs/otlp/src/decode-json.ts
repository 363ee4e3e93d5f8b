import { PlimsollError } from '@plimsoll/contract';
import { exactInteger } from './protobuf-reader.js';
import {
  type AttributeValue,
  type Attributes,
  type DecodedLogs,
  type DecodedMetrics,
  type DecodedTraces,
  type InstrumentationScope,
  type SpanEvent,
  idFault,
  isSpanId,
  isTraceId,
  logRecordName,
  parentOf,
  recordIdFault,
} from './signals.js';

const maxValueDepth = 64;

type JsonObject = Record<string, unknown>;
type ItemReader = (item: JsonObject, resource: Attributes, scope: InstrumentationScope) => void;

/** OTLP/JSON of traces: lowerCamelCase keys, hex ids, 64-bit integers as strings or numbers; unknown keys are ignored. */
export function decodeTracesJson(text: string): DecodedTraces {
  const decoded: DecodedTraces = { spans: [], rejected: [] };
  eachItem(text, ['resourceSpans', 'scopeSpans', 'spans'], (item, resource, scope) =>
    readSpan(item, resource, scope, decoded),
  );
  return decoded;
}

export function decodeLogsJson(text: string): DecodedLogs {
  const decoded: DecodedLogs = { records: [], rejected: [] };
  eachItem(text, ['resourceLogs', 'scopeLogs', 'logRecords'], (item, resource, scope) =>
    readLogRecord(item, resource, scope, decoded),
  );
  return decoded;
}

export function decodeMetricsJson(text: string): DecodedMetrics {
  let dataPoints = 0;
  eachItem(text, ['resourceMetrics', 'scopeMetrics', 'metrics'], (item) => {
    for (const kind of ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary']) {
      const data = optionalObject(item[kind], kind);
      if (data !== undefined) dataPoints += list(data['dataPoints'], `${kind}.dataPoints`).length;
    }
  });
  return { dataPoints };
}

function eachItem(text: string, [groupKey, scopeKey, itemKey]: [string, string, string], readItem: ItemReader): void {
  for (const group of list(parseRequest(text)[groupKey], groupKey)) {
    const entry = object(group, `${groupKey}[]`);
    const resource: Attributes = new Map();
    const resourceEntry = optionalObject(entry['resource'], 'resource');
    if (resourceEntry !== undefined) readAttributes(resourceEntry['attributes'], 'resource.attributes', resource);
    for (const scopeGroup of list(entry[scopeKey], scopeKey)) {
      const scopeEntry = object(scopeGroup, `${scopeKey}[]`);
      const scope = readScope(optionalObject(scopeEntry['scope'], 'scope'));
      for (const item of list(scopeEntry[itemKey], itemKey)) readItem(object(item, `${itemKey}[]`), resource, scope);
    }
  }
}

/**
 * A bare integer beyond 2^53 would be rounded by JSON.parse: such numbers under the keys that carry 64-bit integers are
 * quoted first. A match inside a string is impossible, since the quotes there are escaped.
 */
const wideInteger =
  /"(intValue|startTimeUnixNano|endTimeUnixNano|timeUnixNano|observedTimeUnixNano)"\s*:\s*(-?\d{16,20})(?=\s*[,}\]])/g;

function parseRequest(text: string): JsonObject {
  const stripped = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (stripped.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(stripped.replace(wideInteger, '"$1":"$2"'));
  } catch (cause) {
    // Some versions of the engine quote the body: an account of refusals must not hold what clients say.
    const reason = cause instanceof Error ? cause.message.replace(/, (?:\.\.\.)?".*$/s, '') : 'not JSON';
    throw new PlimsollError('invalid_input', `JSON body: ${reason.slice(0, 200)}`, { field: 'body', cause });
  }
  return object(parsed, 'body');
}

function readScope(scope: JsonObject | undefined): InstrumentationScope {
  return { name: text(scope?.['name']), version: text(scope?.['version']) };
}

function readSpan(item: JsonObject, resource: Attributes, scope: InstrumentationScope, decoded: DecodedTraces): void {
  const traceId = id(item['traceId'], 16);
  const spanId = id(item['spanId'], 8);
  const fault = idFault(traceId, spanId);
  if (fault !== undefined) {
    decoded.rejected.push({ spanId, reason: fault });
    return;
  }
  const status = optionalObject(item['status'], 'status');
  decoded.spans.push({
    traceId,
    spanId,
    parentSpanId: parentOf(id(item['parentSpanId'], 8)),
    name: text(item['name']),
    startTime: nanoseconds(item['startTimeUnixNano'], 'startTimeUnixNano'),
    endTime: nanoseconds(item['endTimeUnixNano'], 'endTimeUnixNano'),
    attributes: readAttributes(item['attributes'], 'attributes', new Map()),
    events: list(item['events'], 'events').map((event) => readEvent(object(event, 'events[]'))),
    statusCode: statusCode(status?.['code']),
    statusMessage: text(status?.['message']),
    resource,
    scope,
  });
}

function readEvent(event: JsonObject): SpanEvent {
  return {
    name: text(event['name']),
    time: nanoseconds(event['timeUnixNano'], 'events[].timeUnixNano'),
    attributes: readAttributes(event['attributes'], 'events[].attributes', new Map()),
  };
}

function readLogRecord(
  item: JsonObject,
  resource: Attributes,
  scope: InstrumentationScope,
  decoded: DecodedLogs,
): void {
  const traceId = id(item['traceId'], 16);
  const spanId = id(item['spanId'], 8);
  const fault = recordIdFault(traceId, spanId);
  if (fault !== undefined) {
    decoded.rejected.push({ spanId, reason: fault });
    return;
  }
  const time = nanoseconds(item['timeUnixNano'], 'timeUnixNano');
  const attributes = readAttributes(item['attributes'], 'attributes', new Map());
  const body = readValue(item['body'], 'body', 0);
  decoded.records.push({
    traceId: isTraceId(traceId) ? traceId : '',
    spanId: isSpanId(spanId) ? spanId : '',
    time: time === 0n ? nanoseconds(item['observedTimeUnixNano'], 'observedTimeUnixNano') : time,
    name: logRecordName(text(item['eventName']), attributes, body),
    severity: text(item['severityText']),
    body,
    attributes,
    resource,
    scope,
  });
}

function readAttributes(value: unknown, field: string, into: Attributes): Attributes {
  for (const entry of list(value, field)) {
    const attribute = object(entry, `${field}[]`);
    into.set(text(attribute['key']), readValue(attribute['value'], field, 0));
  }
  return into;
}

function readValue(value: unknown, field: string, depth: number): AttributeValue {
  if (value === undefined || value === null) return null;
  if (depth > maxValueDepth) fail(`${field} is nested deeper than ${maxValueDepth}`);
  const any = object(value, `${field}[].value`);
  if ('stringValue' in any) return text(any['stringValue']);
  if ('boolValue' in any) return any['boolValue'] === true || any['boolValue'] === 'true';
  if ('intValue' in any) return integer(any['intValue'], field);
  if ('doubleValue' in any) return double(any['doubleValue'], field);
  if ('arrayValue' in any) {
    return list(optionalObject(any['arrayValue'], field)?.['values'], field).map((entry) =>
      readValue(entry, field, depth + 1),
    );
  }
  if ('kvlistValue' in any) {
    return Object.fromEntries(
      list(optionalObject(any['kvlistValue'], field)?.['values'], field).map((entry) => {
        const pair = object(entry, field);
        return [text(pair['key']), readValue(pair['value'], field, depth + 1)];
      }),
    );
  }
  if ('bytesValue' in any) return new Uint8Array(Buffer.from(text(any['bytesValue']), 'base64'));
  return null;
}

/** Hex in either case; base64 of the same byte count is what some older senders write. */
function id(value: unknown, byteCount: number): string {
  const given = text(value);
  if (given.length === byteCount * 2) return given.toLowerCase();
  const base64Length = Math.ceil(byteCount / 3) * 4;
  if (given.length === base64Length && /^[A-Za-z0-9+/]+=*$/.test(given)) {
    const bytes = Buffer.from(given, 'base64');
    if (bytes.length === byteCount) return bytes.toString('hex');
  }
  return given;
}

function integer(value: unknown, field: string): number | bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'string' && /^\s*-?\d{1,20}\s*$/.test(value)) {
    const exact = BigInt(value.trim());
    if (BigInt.asIntN(64, exact) === exact) return exactInteger(exact);
  }
  return fail(`${field} has an intValue that is no 64-bit integer: ${nameOf(value)}`);
}

function double(value: unknown, field: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  return fail(`${field} has a doubleValue that is no number: ${nameOf(value)}`);
}

function nanoseconds(value: unknown, field: string): bigint {
  if (value === undefined || value === null || value === '') return 0n;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
    const exact = BigInt(value);
    if (BigInt.asUintN(64, exact) === exact) return exact;
  }
  return fail(`${field} must be nanoseconds since the epoch, not ${nameOf(value)}`);
}

function statusCode(value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (value === 'STATUS_CODE_OK' || value === '1') return 1;
  if (value === 'STATUS_CODE_ERROR' || value === '2') return 2;
  return 0;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function list(value: unknown, field: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return fail(`${field} must be a list, not ${nameOf(value)}`);
  return value;
}

function object(value: unknown, field: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(`${field} must be an object, not ${nameOf(value)}`);
  }
  return value as JsonObject;
}

function optionalObject(value: unknown, field: string): JsonObject | undefined {
  return value === undefined || value === null ? undefined : object(value, field);
}

/** What stands there instead, without what a client says. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function fail(what: string): never {
  throw new PlimsollError('invalid_input', `JSON body: ${what}`, { field: 'body' });
}
