import {
  double,
  fail,
  id,
  integer,
  type JsonObject,
  list,
  maxValueDepth,
  nanoseconds,
  object,
  optionalObject,
  parseRequest,
  statusCode,
  text,
} from './json-fields.js';
import { ProtobufWriter } from './protobuf-writer.js';
import { idFault } from './signals.js';

/** Field numbers and wire types of opentelemetry-proto 1.x, as they stand in front of a field. */
const tags = {
  group: 0x0a,
  resource: 0x0a,
  scopeGroup: 0x12,
  resourceAttribute: 0x0a,
  scope: 0x0a,
  item: 0x12,
  scopeName: 0x0a,
  scopeVersion: 0x12,
  traceId: 0x0a,
  spanId: 0x12,
  parentSpanId: 0x22,
  name: 0x2a,
  startTime: 0x39,
  endTime: 0x41,
  attribute: 0x4a,
  event: 0x5a,
  status: 0x7a,
  statusMessage: 0x12,
  statusCode: 0x18,
  eventTime: 0x09,
  eventName: 0x12,
  eventAttribute: 0x1a,
  key: 0x0a,
  value: 0x12,
  string: 0x0a,
  bool: 0x10,
  int: 0x18,
  double: 0x21,
  array: 0x2a,
  keyValues: 0x32,
  bytes: 0x3a,
  entry: 0x0a,
} as const;

/**
 * OTLP/JSON of traces as the protobuf that says the same: its spans then become rows without an object each. What cannot be
 * read is refused as `decodeTracesJson` refuses it.
 * @throws PlimsollError `invalid_input` naming the field at fault.
 */
export function protobufOfTracesJson(json: string): Buffer {
  // Nearly always enough: the same in protobuf has no quotes, brackets and names of fields.
  const writer = new ProtobufWriter(Buffer.allocUnsafe(json.length));
  for (const entry of list(parseRequest(json)['resourceSpans'], 'resourceSpans')) {
    const start = writer.open(tags.group);
    writeGroup(writer, object(entry, 'resourceSpans[]'));
    writer.close(start);
  }
  return writer.finish();
}

function writeGroup(writer: ProtobufWriter, group: JsonObject): void {
  const resource = optionalObject(group['resource'], 'resource');
  if (resource !== undefined) {
    const start = writer.open(tags.resource);
    writeAttributes(writer, tags.resourceAttribute, resource['attributes'], 'resource.attributes');
    writer.close(start);
  }
  for (const entry of list(group['scopeSpans'], 'scopeSpans')) {
    const start = writer.open(tags.scopeGroup);
    writeScopeGroup(writer, object(entry, 'scopeSpans[]'));
    writer.close(start);
  }
}

function writeScopeGroup(writer: ProtobufWriter, group: JsonObject): void {
  const scope = optionalObject(group['scope'], 'scope');
  const start = writer.open(tags.scope);
  writer.text(tags.scopeName, text(scope?.['name']));
  writer.text(tags.scopeVersion, text(scope?.['version']));
  writer.close(start);
  for (const entry of list(group['spans'], 'spans')) {
    const begin = writer.open(tags.item);
    writeSpan(writer, object(entry, 'spans[]'));
    writer.close(begin);
  }
}

function writeSpan(writer: ProtobufWriter, span: JsonObject): void {
  const traceId = id(span['traceId'], 16);
  const spanId = id(span['spanId'], 8);
  // What is no hex has fewer bytes than are due.
  writer.byteString(tags.traceId, Buffer.from(traceId, 'hex'));
  writer.byteString(tags.spanId, Buffer.from(spanId, 'hex'));
  // Such a span is refused alone, whatever else it says.
  if (idFault(traceId, spanId) !== undefined) return;
  writer.byteString(tags.parentSpanId, Buffer.from(id(span['parentSpanId'], 8), 'hex'));
  writer.text(tags.name, text(span['name']));
  writer.fixed64(tags.startTime, nanoseconds(span['startTimeUnixNano'], 'startTimeUnixNano'));
  writer.fixed64(tags.endTime, nanoseconds(span['endTimeUnixNano'], 'endTimeUnixNano'));
  writeAttributes(writer, tags.attribute, span['attributes'], 'attributes');
  for (const entry of list(span['events'], 'events')) writeEvent(writer, object(entry, 'events[]'));
  const status = optionalObject(span['status'], 'status');
  if (status === undefined) return;
  const start = writer.open(tags.status);
  writer.text(tags.statusMessage, text(status['message']));
  writer.number(tags.statusCode, statusCode(status['code']));
  writer.close(start);
}

function writeEvent(writer: ProtobufWriter, event: JsonObject): void {
  const start = writer.open(tags.event);
  writer.fixed64(tags.eventTime, nanoseconds(event['timeUnixNano'], 'events[].timeUnixNano'));
  writer.text(tags.eventName, text(event['name']));
  writeAttributes(writer, tags.eventAttribute, event['attributes'], 'events[].attributes');
  writer.close(start);
}

function writeAttributes(writer: ProtobufWriter, tag: number, value: unknown, field: string): void {
  for (const entry of list(value, field)) writeKeyValue(writer, tag, object(entry, `${field}[]`), field, 0);
}

function writeKeyValue(writer: ProtobufWriter, tag: number, entry: JsonObject, field: string, depth: number): void {
  const start = writer.open(tag);
  writer.text(tags.key, text(entry['key']));
  writeValue(writer, tags.value, entry['value'], field, depth);
  writer.close(start);
}

function writeValue(writer: ProtobufWriter, tag: number, value: unknown, field: string, depth: number): void {
  const start = writer.open(tag);
  if (value !== undefined && value !== null) {
    if (depth > maxValueDepth) fail(`${field} is nested deeper than ${maxValueDepth}`);
    writeAny(writer, object(value, `${field}[].value`), field, depth);
  }
  writer.close(start);
}

function writeAny(writer: ProtobufWriter, any: JsonObject, field: string, depth: number): void {
  if ('stringValue' in any) writer.text(tags.string, text(any['stringValue']));
  else if ('boolValue' in any) writer.bool(tags.bool, any['boolValue'] === true || any['boolValue'] === 'true');
  else if ('intValue' in any) writer.number(tags.int, integer(any['intValue'], field));
  else if ('doubleValue' in any) writer.double(tags.double, double(any['doubleValue'], field));
  else if ('arrayValue' in any) {
    const start = writer.open(tags.array);
    for (const entry of list(optionalObject(any['arrayValue'], field)?.['values'], field)) {
      writeValue(writer, tags.entry, entry, field, depth + 1);
    }
    writer.close(start);
  } else if ('kvlistValue' in any) {
    const start = writer.open(tags.keyValues);
    for (const entry of list(optionalObject(any['kvlistValue'], field)?.['values'], field)) {
      writeKeyValue(writer, tags.entry, object(entry, field), field, depth + 1);
    }
    writer.close(start);
  } else if ('bytesValue' in any) writer.byteString(tags.bytes, Buffer.from(text(any['bytesValue']), 'base64'));
}
