// OpenTelemetry's own instrumentation of the openai package: spans in one request, contents as log records in another.
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { createRequire } from 'node:module';

const instrumentation = new OpenAIInstrumentation({ captureMessageContent: true });
const sdk = new NodeSDK({
  serviceName: 'live-otel-openai',
  traceExporter: new OTLPTraceExporter(),
  logRecordProcessors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
  instrumentations: [instrumentation],
});
sdk.start();
// The instrumentation hooks require, so the client has to come that way.
const { OpenAI } = createRequire(import.meta.url)('openai');
const openai = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: 'loopback' });
await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'When does the tide turn?' }],
});
await sdk.shutdown();
