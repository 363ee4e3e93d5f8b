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
  const endTime = nanoseconds(item['endTimeUnixNano'], 'endTimeUnixNano');
  decoded.spans.push({
    traceId,
    spanId,
    parentSpanId: parentOf(id(item['parentSpanId'], 8)),
    name: text(item['name']),
    startTime: startOf(nanoseconds(item['startTimeUnixNano'], 'startTimeUnixNano'), endTime),
    endTime,
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
