import protobuf from 'protobufjs';

/** The OTLP requests after opentelemetry-proto 1.x, read and written by protobufjs: not by the code under test. */
const proto = `
syntax = "proto3";
message AnyValue { oneof value { string stringValue = 1; bool boolValue = 2; int64 intValue = 3; double doubleValue = 4;
  ArrayValue arrayValue = 5; KeyValueList kvlistValue = 6; bytes bytesValue = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; uint32 droppedAttributesCount = 2; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 droppedAttributesCount = 4; }

message Event { fixed64 timeUnixNano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 droppedAttributesCount = 4; }
message Link { bytes traceId = 1; bytes spanId = 2; string traceState = 3; repeated KeyValue attributes = 4;
  uint32 droppedAttributesCount = 5; fixed32 flags = 6; }
message Status { string message = 2; int32 code = 3; }
message Span { bytes traceId = 1; bytes spanId = 2; string traceState = 3; bytes parentSpanId = 4; string name = 5; int32 kind = 6;
  fixed64 startTimeUnixNano = 7; fixed64 endTimeUnixNano = 8; repeated KeyValue attributes = 9; uint32 droppedAttributesCount = 10;
  repeated Event events = 11; uint32 droppedEventsCount = 12; repeated Link links = 13; uint32 droppedLinksCount = 14;
  Status status = 15; fixed32 flags = 16; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schemaUrl = 3; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scopeSpans = 2; string schemaUrl = 3; }
message traces { repeated ResourceSpans resourceSpans = 1; }

message LogRecord { fixed64 timeUnixNano = 1; int32 severityNumber = 2; string severityText = 3; AnyValue body = 5;
  repeated KeyValue attributes = 6; uint32 droppedAttributesCount = 7; fixed32 flags = 8; bytes traceId = 9; bytes spanId = 10;
  fixed64 observedTimeUnixNano = 11; string eventName = 12; }
message ScopeLogs { Scope scope = 1; repeated LogRecord logRecords = 2; string schemaUrl = 3; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scopeLogs = 2; string schemaUrl = 3; }
message logs { repeated ResourceLogs resourceLogs = 1; }

message NumberDataPoint { fixed64 startTimeUnixNano = 2; fixed64 timeUnixNano = 3; oneof value { double asDouble = 4; sfixed64 asInt = 6; }
  repeated KeyValue attributes = 7; uint32 flags = 8; }
message HistogramDataPoint { fixed64 startTimeUnixNano = 2; fixed64 timeUnixNano = 3; fixed64 count = 4; optional double sum = 5;
  repeated fixed64 bucketCounts = 6; repeated double explicitBounds = 7; repeated KeyValue attributes = 9; uint32 flags = 10;
  optional double min = 11; optional double max = 12; }
message Gauge { repeated NumberDataPoint dataPoints = 1; }
message Sum { repeated NumberDataPoint dataPoints = 1; int32 aggregationTemporality = 2; bool isMonotonic = 3; }
message Histogram { repeated HistogramDataPoint dataPoints = 1; int32 aggregationTemporality = 2; }
message Metric { string name = 1; string description = 2; string unit = 3;
  oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; } }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; string schemaUrl = 3; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scopeMetrics = 2; string schemaUrl = 3; }
message metrics { repeated ResourceMetrics resourceMetrics = 1; }`;

const { root } = protobuf.parse(proto, { keepCase: true });

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** OTLP/JSON writes ids in hexadecimal where protobuf's own JSON mapping has base64. */
function withIds(value: Json, from: BufferEncoding, to: BufferEncoding): Json {
  if (Array.isArray(value)) return value.map((each) => withIds(each, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const isId = /^(traceId|spanId|parentSpanId)$/.test(key) && typeof each === 'string';
      return [key, isId ? Buffer.from(each, from).toString(to) : withIds(each, from, to)];
    }),
  );
}

/** A protobuf request body as OTLP/JSON. */
export function jsonOfProtobuf(signal: string, body: Uint8Array): Buffer {
  const type = root.lookupType(signal);
  const plain = type.toObject(type.decode(body), { longs: String, bytes: String, json: true }) as Json;
  return Buffer.from(JSON.stringify(withIds(plain, 'base64', 'hex')));
}

/** An OTLP/JSON request body as protobuf. */
export function protobufOfJson(signal: string, body: Uint8Array): Buffer {
  const type = root.lookupType(signal);
  const plain = withIds(JSON.parse(Buffer.from(body).toString('utf8')) as Json, 'hex', 'base64');
  return Buffer.from(type.encode(type.fromObject(plain as { [key: string]: Json })).finish());
}
