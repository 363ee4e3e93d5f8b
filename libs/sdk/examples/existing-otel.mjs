// Beside an OpenTelemetry set-up of your own: one span processor more, and `connect` for the events.
//   PLIMSOLL_API_KEY=plk_... OPENAI_API_KEY=sk-... node existing-otel.mjs
import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { connect, feature, outcome, wrapOpenAI } from '@plimsoll/sdk';
import { PlimsollSpanProcessor } from '@plimsoll/sdk/node';
import OpenAI from 'openai';

const { PLIMSOLL_API_KEY: apiKey, PLIMSOLL_URL: url } = process.env;
const otel = new NodeSDK({
  serviceName: 'example-existing-otel',
  spanProcessors: [
    // ... your own stay where they are
    new PlimsollSpanProcessor({ apiKey, url }),
  ],
});
otel.start();
const events = connect({ apiKey, url });
const openai = wrapOpenAI(new OpenAI());

await trace.getTracer('my-service').startActiveSpan('POST /questions', (request) =>
  feature('tide-answer', async () => {
    const response = await openai.responses.create({ model: 'gpt-4o-mini', input: 'When does the tide turn?' });
    console.log(response.output_text);
    // Without a trace id or a key it belongs to the active span's trace.
    outcome({ name: 'question-answered', status: 'success' });
    request.end();
  }),
);
await Promise.all([otel.shutdown(), events.shutdown()]);
