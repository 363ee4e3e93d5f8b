// Langfuse SDK 5: only its base URL is changed; it finds its own path and sends Basic auth.
import { observeOpenAI } from '@langfuse/openai';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { NodeSDK } from '@opentelemetry/sdk-node';
import OpenAI from 'openai';

const sdk = new NodeSDK({
  serviceName: 'live-langfuse',
  spanProcessors: [
    new LangfuseSpanProcessor({
      baseUrl: process.env.LANGFUSE_BASE_URL,
      publicKey: process.env.LANGFUSE_PUBLIC_KEY,
      secretKey: process.env.LANGFUSE_SECRET_KEY,
    }),
  ],
});
sdk.start();
const openai = observeOpenAI(new OpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: 'loopback' }));
await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'When does the tide turn?' }],
});
await sdk.shutdown();
