import { detectors, droppedContent, type MaskingPolicy } from '@plimsoll/masking';
import { expect, test } from 'vitest';
import { maskLogRecord, maskSpan } from './masking.js';
import { normaliseSpan } from './normalise.js';
import { storeLogRecord } from './log-records.js';
import type { AttributeValue } from './signals.js';

const mail = 'ada@example.com';
const card = '4111 1111 1111 1111';
const nameKey = Buffer.from('a key of the project');
const on: MaskingPolicy = { detectors, dropContent: false, nameKey };
const drop: MaskingPolicy = { detectors, dropContent: true, nameKey };

const attributes: Record<string, AttributeValue> = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.usage.input_tokens': 12,
  'user.id': mail,
  'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: `I am ${mail}` }] }]),
  'gen_ai.output.messages': JSON.stringify([
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'pay', arguments: { card, to: [mail] } }] },
  ]),
  'langfuse.trace.metadata.contact': mail,
  'custom.note': `call ${mail}`,
  [`seen/${mail}`]: 1,
};

const record = normaliseSpan({
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  parentSpanId: null,
  name: 'chat',
  startTime: 1n,
  endTime: 2n,
  attributes: new Map(Object.entries(attributes)),
  events: [{ name: 'exception', time: 1n, attributes: new Map([['exception.message', `no account ${mail}`]]) }],
  statusCode: 2,
  statusMessage: `no account ${mail}`,
  resource: new Map([['owner', mail]]),
  scope: { name: '', version: '' },
});

test('nothing of a span keeps a secret; what identifies gets a pseudonym, wherever it stands', () => {
  const { span, counts } = maskSpan(record, on);
  expect(span.userId).toMatch(/^\[email:[0-9a-f]{10}\]$/);
  expect(span.attributes['user.id']).toBe(span.userId);
  expect(span.attributes[`seen/${span.userId}`]).toBe('1');
  const stored = JSON.stringify(span, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(stored).not.toContain(mail);
  expect(stored).not.toContain(card);
  expect(span.input).toEqual([{ role: 'user', text: 'I am [email]' }]);
  expect(span.toolCalls).toEqual([{ id: 'c', name: 'pay', arguments: { card: '[card]', to: ['[email]'] } }]);
  expect(span.usage).toEqual(record.usage);
  expect(counts['email']).toBeGreaterThanOrEqual(8);
});

test('content can be dropped: figures and dimensions stay', () => {
  const { span } = maskSpan(record, drop);
  expect(span.input).toEqual([{ role: 'user', text: droppedContent }]);
  expect(span.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': '12',
    'custom.note': droppedContent,
    'gen_ai.output.messages': droppedContent,
  });
  expect(span.requestModel).toBe('gpt-4o');
  expect(JSON.stringify([span.name, span.userId, Object.keys(span.attributes)])).not.toContain(mail);
});

test('log records too', () => {
  const entry = storeLogRecord(
    {
      traceId: '1'.repeat(32),
      spanId: '2'.repeat(16),
      time: 1n,
      name: 'gen_ai.user.message',
      severity: '',
      body: {
        content: `I am ${mail}`,
        number: 4_111_111_111_111_111,
        id: 9_007_199_254_740_993n,
        quoted: `"${mail}\\`,
        few: [-1.5, 12, true, null],
      },
      attributes: new Map([['note', mail]]),
      resource: new Map(),
      scope: { name: '', version: '' },
    },
    0,
  );
  const { record: masked } = maskLogRecord(entry, on);
  // Compared as text: the digits of the id would not survive a JavaScript number.
  expect(masked.body).toBe(
    String.raw`{"content":"I am [email]","number":"[card]","id":9007199254740993,"quoted":"\"[email]\\","few":[-1.5,12,true,null]}`,
  );
  expect(masked.attributes['note']).toBe('[email]');
});
