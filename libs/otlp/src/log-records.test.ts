import { describe, expect, test } from 'vitest';
import { composeContent, type SpanContent, storeLogRecord, type StoredLogRecord } from './log-records.js';
import type { OtlpLogRecord } from './signals.js';

const nothing: SpanContent = {
  system: null,
  input: null,
  output: null,
  toolCalls: null,
  tools: null,
  finishReason: null,
};

function record(name: string, body: object, timeNs = 1n, attributes: Record<string, string> = {}): StoredLogRecord {
  return { name, scopeName: 'test', timeNs, body: JSON.stringify(body), attributes };
}

const conversation = [
  record('gen_ai.system.message', { content: 'Be brief.' }),
  record('gen_ai.user.message', { content: 'Hi' }),
  record('gen_ai.choice', { index: 0, finish_reason: 'end_turn', message: { content: 'Hello.' } }, 2n),
];

describe('content of log records', () => {
  test('fills a span that carries none, in either order of arrival', () => {
    const composed = {
      fromLogs: true,
      content: {
        system: 'Be brief.',
        input: [{ role: 'user', text: 'Hi' }],
        output: 'Hello.',
        toolCalls: [],
        tools: null,
        finishReason: 'stop',
      },
    };
    expect(composeContent(nothing, conversation)).toEqual(composed);
    expect(composeContent(nothing, [conversation[2]!, conversation[0]!, conversation[1]!])).toEqual(composed);
  });

  test("the span's own stands first", () => {
    const own: SpanContent = {
      ...nothing,
      input: [{ role: 'user', text: 'own' }],
      output: 'mine',
      finishReason: 'length',
    };
    expect(composeContent(own, conversation)).toEqual({ fromLogs: false, content: own });
  });

  test('records of one time keep their order', () => {
    const turns = ['one', 'two', 'three'].map((content) => record('gen_ai.user.message', { content }));
    expect(composeContent(nothing, turns).content.input?.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  test('a details record gives what it repeats, and is no second message', () => {
    const details = record('gen_ai.client.inference.operation.details', {}, 1n, {
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'S' }]),
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Q' }] }]),
      'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'A' }] }]),
      'gen_ai.tool.definitions': JSON.stringify([{ type: 'function', name: 'tide' }]),
    });
    expect(composeContent(nothing, [details]).content).toEqual({
      system: 'S',
      input: [{ role: 'user', text: 'Q' }],
      output: 'A',
      toolCalls: [],
      tools: ['tide'],
      finishReason: null,
    });
    expect(composeContent(nothing, [...conversation, details]).content.input).toEqual([{ role: 'user', text: 'Hi' }]);
  });

  test('no records, nothing new', () => {
    expect(composeContent(nothing, [])).toEqual({ fromLogs: false, content: nothing });
  });
});

test('a record is the same whenever it is sent: its place in the request is no part of it', () => {
  const sent: OtlpLogRecord = {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    time: 5n,
    name: 'gen_ai.user.message',
    severity: '',
    body: { content: 'Hi', id: 9_007_199_254_740_993n },
    attributes: new Map(),
    resource: new Map([['service.name', 'api']]),
    scope: { name: 'test', version: '' },
  };
  const [first, again] = [storeLogRecord(sent, 0), storeLogRecord(sent, 7)];
  expect(first.recordId).toBe(again.recordId);
  expect(first.recordId).toMatch(/^[0-9a-f]{32}$/);
  expect(first.body).toBe('{"content":"Hi","id":9007199254740993}');
  expect(storeLogRecord({ ...sent, body: 'other' }, 0).recordId).not.toBe(first.recordId);
});
