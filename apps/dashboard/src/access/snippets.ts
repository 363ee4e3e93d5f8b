export interface Snippet {
  id: string;
  label: string;
  code: string;
}

/** Ready to paste, with the real endpoint and key; each but the variables and the Collector sends a first trace. */
export function snippetsFor(endpoint: string, key: string): Snippet[] {
  return [
    { id: 'environment', label: 'Environment', code: environmentSnippet(endpoint, key) },
    { id: 'node', label: 'Node', code: nodeSnippet(endpoint, key) },
    { id: 'python', label: 'Python', code: pythonSnippet(endpoint, key) },
    { id: 'curl', label: 'curl', code: curlSnippet(endpoint, key) },
    { id: 'collector', label: 'Collector', code: collectorSnippet(endpoint, key) },
  ];
}

function environmentSnippet(endpoint: string, key: string): string {
  return `export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}
export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20${key}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`;
}

function nodeSnippet(endpoint: string, key: string): string {
  return `// npm install @opentelemetry/api @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto
// save as first-trace.mjs, then: node first-trace.mjs
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({
  serviceName: 'first-trace',
  traceExporter: new OTLPTraceExporter({
    url: '${endpoint}/v1/traces',
    headers: { authorization: 'Bearer ${key}' },
  }),
});
sdk.start();
trace.getTracer('first-trace').startSpan('chat gpt-4o-mini', {
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 12,
    'gen_ai.usage.output_tokens': 34,
    'plimsoll.feature': 'first-trace',
  },
}).end();
await sdk.shutdown();`;
}

function pythonSnippet(endpoint: string, key: string): string {
  return `# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
# save as first_trace.py, then: python3 first_trace.py
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "first-trace"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(
    endpoint="${endpoint}/v1/traces",
    headers={"authorization": "Bearer ${key}"},
)))
trace.set_tracer_provider(provider)

with trace.get_tracer("first-trace").start_as_current_span("chat gpt-4o-mini") as span:
    span.set_attributes({
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 34,
        "plimsoll.feature": "first-trace",
    })
provider.shutdown()`;
}

function curlSnippet(endpoint: string, key: string): string {
  return `now=$(date +%s)
curl -sS ${endpoint}/v1/traces \\
  -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\
  -d '{"resourceSpans":[{
    "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"first-trace"}}]},
    "scopeSpans":[{"spans":[{
    "traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'",
    "name":"chat gpt-4o-mini","kind":3,
    "startTimeUnixNano":"'$((now - 1))'000000000","endTimeUnixNano":"'$now'000000000",
    "attributes":[
      {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
      {"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o-mini"}},
      {"key":"gen_ai.usage.input_tokens","value":{"intValue":"12"}},
      {"key":"gen_ai.usage.output_tokens","value":{"intValue":"34"}},
      {"key":"plimsoll.feature","value":{"stringValue":"first-trace"}}]}]}]}]}'`;
}

function collectorSnippet(endpoint: string, key: string): string {
  return `receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:14318
processors:
  batch:
exporters:
  otlphttp/plimsoll:
    endpoint: ${endpoint}
    headers:
      authorization: "Bearer ${key}"
service:
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlphttp/plimsoll]
    logs:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlphttp/plimsoll]`;
}
