// Arize OpenInference instrumentation of the openai package.
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import OpenAI from 'openai';

const instrumentation = new OpenAIInstrumentation();
const sdk = new NodeSDK({
  serviceName: 'live-openinference',
  traceExporter: new OTLPTraceExporter(),
  instrumentations: [instrumentation],
});
sdk.start();
instrumentation.manuallyInstrument(OpenAI);
const openai = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: 'loopback' });
await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'When does the tide turn?' }],
});
await sdk.shutdown();
