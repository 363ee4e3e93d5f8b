// Vercel AI SDK 6 with its experimental telemetry.
import { createOpenAI } from '@ai-sdk/openai';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { generateText } from 'ai';

const sdk = new NodeSDK({ serviceName: 'live-vercel-ai', traceExporter: new OTLPTraceExporter() });
sdk.start();
const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: 'loopback' });
await generateText({
  model: openai.chat('gpt-4o-mini'),
  prompt: 'When does the tide turn?',
  experimental_telemetry: { isEnabled: true, functionId: 'tide', metadata: { userId: 'live-user' } },
});
await sdk.shutdown();
