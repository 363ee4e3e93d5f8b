import { PlimsollError } from '@plimsoll/contract';
import { ProtobufReader } from './protobuf-reader.js';
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
  startOf,
  recordIdFault,
} from './signals.js';

/** Deeper attribute values are refused, as protobuf libraries do. */
const maxValueDepth = 64;

const noScope: InstrumentationScope = { name: '', version: '' };

/** ExportTraceServiceRequest (opentelemetry-proto, collector/trace/v1). */
export function decodeTracesProtobuf(bytes: Uint8Array): DecodedTraces {
  const decoded: DecodedTraces = { spans: [], rejected: [] };
  eachScope(bytes, 2, (reader, resource, scope) => readSpan(reader, resource, scope, decoded));
  return decoded;
}

/** ExportLogsServiceRequest (collector/logs/v1). */
export function decodeLogsProtobuf(bytes: Uint8Array): DecodedLogs {
  const decoded: DecodedLogs = { records: [], rejected: [] };
  eachScope(bytes, 2, (reader, resource, scope) => readLogRecord(reader, resource, scope, decoded));
  return decoded;
}

/** ExportMetricsServiceRequest (collector/metrics/v1): data points are counted, not kept. */
export function decodeMetricsProtobuf(bytes: Uint8Array): DecodedMetrics {
  let dataPoints = 0;
  eachScope(bytes, 2, (reader) => {
    dataPoints += countDataPoints(reader);
  });
  return { dataPoints };
}

type ItemReader = (reader: ProtobufReader, resource: Attributes, scope: InstrumentationScope) => void;

/**
 * The outer shape is the same for all signals: field 1 resource group = { 1 resource, 2 scope group { 1 scope, 2 item } }.
 * Items may stand before their resource or scope on the wire, so these are found first.
 */
function eachScopeGroup(bytes: Uint8Array, visit: (group: ProtobufReader, resource: Attributes) => void): void {
  const request = ProtobufReader.over(bytes);
  while (request.next()) {
    if (request.field !== 1) {
      request.skip();
      continue;
    }
    const resource: Attributes = new Map();
    const scopes: ProtobufReader[] = [];
    const group = request.message();
    while (group.next()) {
      if (group.field === 1) readResource(group.message(), resource);
      else if (group.field === 2) scopes.push(group.message());
      else group.skip();
    }
    for (const scopeGroup of scopes) visit(scopeGroup, resource);
  }
}

function eachScope(bytes: Uint8Array, itemField: number, readItem: ItemReader): void {
  eachScopeGroup(bytes, (group, resource) => readScopeGroup(group, itemField, resource, readItem));
}

function readScopeGroup(reader: ProtobufReader, itemField: number, resource: Attributes, readItem: ItemReader): void {
  let scope = noScope;
  const items: ProtobufReader[] = [];
  while (reader.next()) {
    if (reader.field === 1) scope = readScope(reader.message());
    else if (reader.field === itemField) items.push(reader.message());
    else reader.skip();
  }
  for (const item of items) readItem(item, resource, scope);
}

function readResource(reader: ProtobufReader, into: Attributes): void {
  while (reader.next()) {
    if (reader.field === 1) readAttribute(reader, into);
    else reader.skip();
  }
}

function readScope(reader: ProtobufReader): InstrumentationScope {
  let name = '';
  let version = '';
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) version = reader.string();
    else reader.skip();
  }
  return { name, version };
}

/** The span in these bytes of a body, or why it is refused. */
export function readSpanWithin(
  bytes: Buffer,
  start: number,
  end: number,
  resource: Attributes,
  scope: InstrumentationScope,
): DecodedTraces {
  const decoded: DecodedTraces = { spans: [], rejected: [] };
  readSpan(new ProtobufReader(bytes, start, end), resource, scope, decoded);
  return decoded;
}

/** The attribute value (AnyValue) in these bytes of a body. */
export function readValueWithin(bytes: Buffer, start: number, end: number): AttributeValue {
  return readAnyValue(new ProtobufReader(bytes, start, end), 0);
}

/** Where the spans of a body are, by resource and scope: begins and ends, alternating. */
export function eachSpanGroup(
  bytes: Uint8Array,
  visit: (ranges: readonly number[], resource: Attributes, scope: InstrumentationScope) => void,
): void {
  eachScopeGroup(bytes, (group, resource) => {
    let scope = noScope;
    const ranges: number[] = [];
    while (group.next()) {
      if (group.field === 1) scope = readScope(group.message());
      else if (group.field === 2) group.range(ranges);
      else group.skip();
    }
    visit(ranges, resource, scope);
  });
}

function readSpan(
  reader: ProtobufReader,
  resource: Attributes,
  scope: InstrumentationScope,
  decoded: DecodedTraces,
): void {
  let traceId = '';
  let spanId = '';
  let parent = '';
  let name = '';
  let startTime = 0n;
  let endTime = 0n;
  let status = { code: 0, message: '' };
  const attributes: Attributes = new Map();
  const events: SpanEvent[] = [];
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        traceId = reader.hex();
        break;
      case 2:
        spanId = reader.hex();
        break;
      case 4:
        parent = reader.hex();
        break;
      case 5:
        name = reader.string();
        break;
      case 7:
        startTime = reader.fixed64();
        break;
      case 8:
        endTime = reader.fixed64();
        break;
      case 9:
        readAttribute(reader, attributes);
        break;
      case 11:
        events.push(readEvent(reader.message()));
        break;
      case 15:
        status = readStatus(reader.message());
        break;
      default:
        reader.skip();
    }
  }
  const fault = idFault(traceId, spanId);
  if (fault !== undefined) {
    decoded.rejected.push({ spanId, reason: fault });
    return;
  }
  decoded.spans.push({
    traceId,
    spanId,
    parentSpanId: parentOf(parent),
    name,
    startTime: startOf(startTime, endTime),
    endTime,
    attributes,
    events,
    statusCode: status.code,
    statusMessage: status.message,
    resource,
    scope,
  });
}

function readEvent(reader: ProtobufReader): SpanEvent {
  let name = '';
  let time = 0n;
  const attributes: Attributes = new Map();
  while (reader.next()) {
    if (reader.field === 1) time = reader.fixed64();
    else if (reader.field === 2) name = reader.string();
    else if (reader.field === 3) readAttribute(reader, attributes);
    else reader.skip();
  }
  return { name, time, attributes };
}

function readStatus(reader: ProtobufReader): { code: number; message: string } {
  const status = { code: 0, message: '' };
  while (reader.next()) {
    if (reader.field === 2) status.message = reader.string();
    else if (reader.field === 3) status.code = reader.int32();
    else reader.skip();
  }
  return status;
}

function readLogRecord(
  reader: ProtobufReader,
  resource: Attributes,
  scope: InstrumentationScope,
  decoded: DecodedLogs,
): void {
  let time = 0n;
  let observed = 0n;
  let severity = '';
  let body: AttributeValue = null;
  let traceId = '';
  let spanId = '';
  let eventName = '';
  const attributes: Attributes = new Map();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        time = reader.fixed64();
        break;
      case 3:
        severity = reader.string();
        break;
      case 5:
        body = readValue(reader, 0);
        break;
      case 6:
        readAttribute(reader, attributes);
        break;
      case 9:
        traceId = reader.hex();
        break;
      case 10:
        spanId = reader.hex();
        break;
      case 11:
        observed = reader.fixed64();
        break;
      case 12:
        eventName = reader.string();
        break;
      default:
        reader.skip();
    }
  }
  const fault = recordIdFault(traceId, spanId);
  if (fault !== undefined) {
    decoded.rejected.push({ spanId, reason: fault });
    return;
  }
  decoded.records.push({
    traceId: isTraceId(traceId) ? traceId : '',
    spanId: isSpanId(spanId) ? spanId : '',
    time: time === 0n ? observed : time,
    name: logRecordName(eventName, attributes, body),
    severity,
    body,
    attributes,
    resource,
    scope,
  });
}

/** Metric { 5 gauge, 7 sum, 9 histogram, 10 exponential histogram, 11 summary }, each with data points in field 1. */
function countDataPoints(metric: ProtobufReader): number {
  const dataFields = new Set([5, 7, 9, 10, 11]);
  let count = 0;
  while (metric.next()) {
    if (!dataFields.has(metric.field)) {
      metric.skip();
      continue;
    }
    const data = metric.message();
    while (data.next()) {
      if (data.field === 1) count += 1;
      data.skip();
    }
  }
  return count;
}

/** The attribute in the reader's present field. */
function readAttribute(reader: ProtobufReader, into: Attributes): void {
  const outer = reader.enter();
  let key = '';
  let value: AttributeValue = null;
  while (reader.next()) {
    if (reader.field === 1) key = reader.key();
    else if (reader.field === 2) value = readValue(reader, 0);
    else reader.skip();
  }
  reader.leave(outer);
  into.set(key, value);
}

/** The value in the reader's present field. */
function readValue(reader: ProtobufReader, depth: number): AttributeValue {
  if (depth > maxValueDepth) {
    throw new PlimsollError('invalid_input', `protobuf body: attribute value nested deeper than ${maxValueDepth}`, {
      field: 'body',
    });
  }
  const outer = reader.enter();
  const value = readAnyValue(reader, depth);
  reader.leave(outer);
  return value;
}

function readAnyValue(reader: ProtobufReader, depth: number): AttributeValue {
  let value: AttributeValue = null;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        value = reader.string();
        break;
      case 2:
        value = reader.bool();
        break;
      case 3:
        value = reader.int64();
        break;
      case 4:
        value = reader.double();
        break;
      case 5:
        value = readArray(reader.message(), depth);
        break;
      case 6:
        value = readKeyValues(reader.message(), depth);
        break;
      case 7:
        value = reader.copyBytes();
        break;
      default:
        reader.skip();
    }
  }
  return value;
}

function readArray(reader: ProtobufReader, depth: number): AttributeValue[] {
  const values: AttributeValue[] = [];
  while (reader.next()) {
    if (reader.field === 1) values.push(readValue(reader, depth + 1));
    else reader.skip();
  }
  return values;
}

function readKeyValues(reader: ProtobufReader, depth: number): { [key: string]: AttributeValue } {
  const values: [string, AttributeValue][] = [];
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const entry = reader.message();
    let key = '';
    let value: AttributeValue = null;
    while (entry.next()) {
      if (entry.field === 1) key = entry.string();
      else if (entry.field === 2) value = readValue(entry, depth + 1);
      else entry.skip();
    }
    values.push([key, value]);
  }
  // fromEntries defines own properties, so a key `__proto__` reaches no prototype.
  return Object.fromEntries(values);
}
