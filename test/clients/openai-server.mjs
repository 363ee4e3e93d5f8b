// A loopback server that speaks the OpenAI API as far as the clients under test use it: chat (also streamed),
// the responses API and embeddings. Deterministic, no model.
import { createServer } from 'node:http';

const usage = {
  prompt_tokens: 1203,
  completion_tokens: 57,
  total_tokens: 1260,
  prompt_tokens_details: { cached_tokens: 1024 },
  completion_tokens_details: { reasoning_tokens: 12 },
};
export const answer = 'The tide turns at six.';

const created = 1_790_000_000;
const model = 'gpt-4o-mini-2024-07-18';

function completion() {
  return {
    id: 'chatcmpl-live',
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        logprobs: null,
        message: { role: 'assistant', content: answer, refusal: null },
      },
    ],
    usage,
  };
}

function* chunks() {
  const head = { id: 'chatcmpl-live', object: 'chat.completion.chunk', created, model };
  for (const word of answer.split(/(?<= )/)) {
    yield { ...head, choices: [{ index: 0, delta: { role: 'assistant', content: word }, finish_reason: null }] };
  }
  yield { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
  yield { ...head, choices: [], usage };
}

function responseObject() {
  return {
    id: 'resp_live',
    object: 'response',
    created_at: created,
    status: 'completed',
    model,
    output: [
      {
        id: 'msg_live',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: answer, annotations: [] }],
      },
    ],
    usage: {
      input_tokens: 1203,
      input_tokens_details: { cached_tokens: 1024 },
      output_tokens: 57,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 1260,
    },
  };
}

function embeddings() {
  return {
    object: 'list',
    model: 'text-embedding-3-small',
    data: [{ object: 'embedding', index: 0, embedding: [0.1, 0.2, 0.3] }],
    usage: { prompt_tokens: 9, total_tokens: 9 },
  };
}

/** Starts the server on a free loopback port; `url` is its base URL for OpenAI clients. */
export async function startOpenAiServer() {
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString() || '{}');
      const path = new URL(request.url, 'http://loopback').pathname;
      if (path.endsWith('/chat/completions') && body.stream) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const chunk of chunks()) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
        response.end('data: [DONE]\n\n');
        return;
      }
      const reply = path.endsWith('/chat/completions')
        ? completion()
        : path.endsWith('/responses')
          ? responseObject()
          : path.endsWith('/embeddings')
            ? embeddings()
            : null;
      response.writeHead(reply === null ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(reply ?? { error: { message: 'no such path' } }));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}/v1`, stop: () => new Promise((resolve) => server.close(resolve)) };
}
