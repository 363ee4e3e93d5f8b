import { describe, expect, test } from 'vitest';
import { normaliseSpan } from './normalise.js';
import type { AttributeValue, OtlpSpan } from './signals.js';

const input = 'gen_ai.input.messages';
const output = 'gen_ai.output.messages';
const text = (content: string) => ({ type: 'text', content });
const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o' };

function spanOf(attributes: Readonly<Record<string, AttributeValue>>, over: Partial<OtlpSpan> = {}): OtlpSpan {
  return {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    parentSpanId: null,
    name: 'chat',
    startTime: 1n,
    endTime: 2n,
    attributes: new Map(Object.entries({ ...chat, ...attributes })),
    events: [],
    statusCode: 0,
    statusMessage: '',
    resource: new Map(),
    scope: { name: '', version: '' },
    ...over,
  };
}

/** Keys that are stored of those that were sent. */
function keptOf(attributes: Readonly<Record<string, AttributeValue>>, over: Partial<OtlpSpan> = {}): string[] {
  const { attributes: stored } = normaliseSpan(spanOf(attributes, over));
  return Object.keys(stored).filter((key) => !Object.hasOwn(chat, key));
}

describe('messages that the columns hold whole are not stored a second time', () => {
  const user = { role: 'user', parts: [text('When is high water?')] };

  test.each([
    ['one text', [user]],
    ['a system text before it', [{ role: 'system', parts: [text('Be brief.')] }, user]],
    ['content as text', [{ role: 'user', content: 'When is high water?' }]],
    ['content as a list of one text', [{ role: 'user', content: [{ type: 'text', text: 'When?' }] }]],
    ['a conversation', [user, { role: 'assistant', parts: [text('At six.')] }, user]],
  ])('request: %s', (_, messages) => {
    expect(keptOf({ [input]: JSON.stringify(messages) })).toEqual([]);
  });

  test.each([
    ['an image', [{ role: 'user', parts: [text('What is it?'), { type: 'uri', uri: 'https://example.com/a.png' }] }]],
    ['only an image', [{ role: 'user', parts: [{ type: 'blob', content: 'aGVsbG8=' }] }]],
    ['a part of a type nobody knows', [{ role: 'user', parts: [{ type: 'sketch', content: 'x' }] }]],
    ['two parts, whose border is lost', [{ role: 'user', parts: [text('a'), text('b')] }]],
    ['a tool call', [user, { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: {} }] }]],
    ['a role by another name', [{ role: 'developer', content: 'Be brief.' }, user]],
    ['no role', [{ content: 'When?' }]],
    ['a member more', [{ ...user, name: 'ada' }]],
    ['a system text behind others', [user, { role: 'system', parts: [text('Be brief.')] }]],
    ['two system texts', [{ role: 'system', content: 'a' }, { role: 'system', content: 'b' }, user]],
    ['text that means nothing', [{ role: 'user', content: '{}' }]],
    ['no text', [{ role: 'user', content: null }]],
    ['half a surrogate pair', [{ role: 'user', content: 'a\ud800' }]],
    ['how it ended', [{ ...user, finish_reason: 'stop' }]],
  ])('request: %s stays', (_, messages) => {
    expect(keptOf({ [input]: JSON.stringify(messages) })).toEqual([input]);
  });

  test.each([
    ['text that is no list of messages', 'When is high water?'],
    ['JSON that is cut off', '[{"role":"user","content":"When is hi'],
    ['a request', JSON.stringify({ messages: [user], tools: [] })],
  ])('request: %s stays', (_, value) => {
    expect(keptOf({ [input]: value })).toEqual([input]);
  });

  const answer = { role: 'assistant', parts: [text('At six.')] };
  const stopped = { 'gen_ai.response.finish_reasons': ['stop'] };

  test('an answer, whose reason to end stands in its own column', () => {
    expect(keptOf({ [output]: JSON.stringify([answer]) })).toEqual([]);
    const reasoned = JSON.stringify([{ ...answer, finish_reason: 'stop' }]);
    expect(keptOf({ ...stopped, [output]: reasoned })).toEqual(['gen_ai.response.finish_reasons']);
    expect(keptOf({ [output]: reasoned })).toEqual([output]);
  });

  test.each([
    ['another reason to end', [{ ...answer, finish_reason: 'end_turn' }]],
    ['two answers', [answer, answer]],
    ['reasoning', [{ role: 'assistant', parts: [{ type: 'reasoning', content: 'Six, or seven.' }, text('At six.')] }]],
    ['a tool call', [{ role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: { a: 1 } }] }]],
    ['an answer of somebody else', [{ role: 'user', parts: [text('At six.')] }]],
  ])('answer: %s stays', (_, messages) => {
    expect(keptOf({ ...stopped, [output]: JSON.stringify(messages) })).toContain(output);
  });

  test('where another key or an event says something of the same field, all stay', () => {
    const said = JSON.stringify([user]);
    expect(keptOf({ [input]: said, 'gen_ai.prompt': said })).toEqual([input, 'gen_ai.prompt']);
    const event = { name: 'gen_ai.user.message', time: 1n, attributes: new Map([['content', 'When?']]) };
    expect(keptOf({ [input]: said }, { events: [event] })).toEqual([input]);
    const failure = { name: 'retry', time: 1n, attributes: new Map() };
    expect(keptOf({ [input]: said }, { events: [failure] })).toEqual([]);
  });

  test('a system text of its own is not taken for the one in the request', () => {
    const withSystem = JSON.stringify([{ role: 'system', content: 'Be brief.' }, user]);
    const instructions = JSON.stringify([text('Be polite.')]);
    expect(keptOf({ [input]: withSystem, 'gen_ai.system_instructions': instructions })).toContain(input);
    expect(keptOf({ [input]: JSON.stringify([user]), 'gen_ai.system_instructions': instructions })).not.toContain(
      input,
    );
  });
});
