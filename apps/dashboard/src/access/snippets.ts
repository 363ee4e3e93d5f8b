export interface Snippet {
  id: string;
  label: string;
  code: string;
}

/** Ready to paste, with the real endpoint and key. */
export function snippetsFor(endpoint: string, key: string): Snippet[] {
  return [
    {
      id: 'environment',
      label: 'Environment',
      code: `export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}
export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20${key}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`,
    },
    {
      id: 'node',
      label: 'Node',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';

new NodeSDK({
  traceExporter: new OTLPTraceExporter({
    url: '${endpoint}/v1/traces',
    headers: { authorization: 'Bearer ${key}' },
  }),
}).start();`,
    },
    {
      id: 'python',
      label: 'Python',
      code: `from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(
    endpoint="${endpoint}/v1/traces",
    headers={"authorization": "Bearer ${key}"},
)))
trace.set_tracer_provider(provider)`,
    },
    {
      id: 'collector',
      label: 'Collector',
      code: `exporters:
  otlphttp/plimsoll:
    endpoint: ${endpoint}
    headers:
      authorization: "Bearer ${key}"
service:
  pipelines:
    traces:
      exporters: [otlphttp/plimsoll]`,
    },
    { id: 'curl', label: 'curl', code: curlSnippet(endpoint, key) },
  ];
}

function curlSnippet(endpoint: string, key: string): string {
  return `now=$(date +%s)
curl -sS ${endpoint}/v1/traces \\
  -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\
  -d '{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"spans":[{
    "traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'",
    "name":"chat gpt-4o-mini","kind":3,
    "startTimeUnixNano":"'$((now - 1))'000000000","endTimeUnixNano":"'$now'000000000",
    "attributes":[
      {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
      {"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o-mini"}},
      {"key":"gen_ai.usage.input_tokens","value":{"intValue":"12"}},
      {"key":"gen_ai.usage.output_tokens","value":{"intValue":"34"}}]}]}]}]}'`;
}
