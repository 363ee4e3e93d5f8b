// The openai client, wrapped: an answer at once, a streamed one, and what became of them.
//   PLIMSOLL_API_KEY=plk_... OPENAI_API_KEY=sk-... node openai-chat.mjs
import { feature, outcome, promptVersion, session, user, wrapOpenAI } from '@plimsoll/sdk';
import { start } from '@plimsoll/sdk/node';
import OpenAI from 'openai';

start({
  apiKey: process.env.PLIMSOLL_API_KEY,
  url: process.env.PLIMSOLL_URL,
  service: 'example-openai-chat',
  release: '1.4.0',
  onError: (error) => console.error(error),
});
const openai = wrapOpenAI(new OpenAI());

async function answer(question) {
  const completion = await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'You answer questions of sailors.' },
      { role: 'user', content: question },
    ],
  });
  outcome({ name: 'question-answered', status: 'success', key: 'question-1' });
  return completion.choices[0].message.content;
}

async function tell(question) {
  const stream = await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: question }],
    stream: true,
    // Without this the provider does not say what a streamed answer used, and nobody can.
    stream_options: { include_usage: true },
  });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  return text;
}

await feature('tide-answer', () =>
  user('u-17', () =>
    session('s-4', async () => {
      console.log(await promptVersion('sailor', 'v2', () => answer('When does the tide turn?')));
      console.log(await promptVersion('sailor', 'v3', () => tell('When does the tide turn?')));
    }),
  ),
);
// Nothing is closed here: what still waits is sent before the process ends.
