// The Vercel AI SDK 5 or 6, with its telemetry switched on for every call.
//   PLIMSOLL_API_KEY=plk_... OPENAI_API_KEY=sk-... node vercel-ai.mjs
import { createOpenAI } from '@ai-sdk/openai';
import { feature, user, wrapAiSdk } from '@plimsoll/sdk';
import { start } from '@plimsoll/sdk/node';
import * as ai from 'ai';

const plimsoll = start({
  apiKey: process.env.PLIMSOLL_API_KEY,
  url: process.env.PLIMSOLL_URL,
  service: 'example-vercel-ai',
});
const { generateText } = wrapAiSdk(ai);
const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL });

const { text } = await feature('tide-answer', () =>
  user('u-17', () => generateText({ model: openai.chat('gpt-4o-mini'), prompt: 'When does the tide turn?' })),
);
console.log(text);
await plimsoll.shutdown();
