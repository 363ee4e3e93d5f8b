import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CanonicalSpan } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { printAttributes } from './attribute-text.js';
import { decodeTraces, detectBody } from './body.js';
import { isVectorKey, normaliseSpan } from './normalise.js';
import { changedFields, remapSpan } from './stored-span.js';

const root = new URL('../../../test/fixtures/otlp', import.meta.url).pathname;
const bodies = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /traces-\d+\.bin$/.test(path));
const recorded = bodies.flatMap((path) => {
  const { bytes, encoding } = detectBody(readFileSync(join(root, path)));
  return decodeTraces(bytes, encoding).spans.map((span) => {
    const record = normaliseSpan(span);
    return { path, stored: record, attributes: printAttributes(span.attributes, isVectorKey) };
  });
});

const stored = (over: Partial<CanonicalSpan>): CanonicalSpan => ({ ...recorded[0]!.stored, ...over });

test('mapping what was recorded a second time, from what is stored of it, changes nothing', () => {
  expect(recorded.length).toBeGreaterThan(700);
  const changed = recorded.flatMap(({ path, stored: before }) => {
    const fields = changedFields(before, remapSpan(before));
    return fields.map((field) => `${path} ${before.name} ${field}`);
  });
  expect(changed).toEqual([]);
});

describe('a span that an older table mapped', () => {
  /** As it would have been stored before anybody knew its keys: with all attributes. */
  const unknown = (span: CanonicalSpan): CanonicalSpan => ({
    ...span,
    kind: 'span',
    provider: null,
    requestModel: null,
    responseModel: null,
    tokens: null,
    usage: { input: null, output: null, cachedInput: null, cacheWriteInput: null, reasoningOutput: null },
    reportedCost: null,
    reportedCurrency: null,
    finishReason: null,
    ttftMs: null,
    ttftSource: null,
    stream: null,
    input: null,
    output: null,
    toolCalls: null,
    system: null,
    tools: null,
    metadata: {},
    tags: [],
  });

  test('gets everything that the table of today finds, whoever recorded it', () => {
    for (const { path, stored: before, attributes } of recorded) {
      expect(changedFields(before, remapSpan(unknown({ ...before, attributes }))), path).toEqual([]);
    }
  });

  test('keeps what came over the wire as it is', () => {
    for (const { stored: before } of recorded) {
      const { attributes, resource, events, time, name } = remapSpan(unknown(before));
      expect({ attributes, resource, events, time, name }).toEqual({
        attributes: before.attributes,
        resource: before.resource,
        events: before.events,
        time: before.time,
        name: before.name,
      });
    }
  });

  test('keeps content whose attributes were not stored, since the columns hold it', () => {
    const held = recorded.filter(({ stored: { attributes: kept }, attributes }) =>
      Object.keys(attributes).some((key) => !Object.hasOwn(kept, key)),
    );
    expect(held.length).toBeGreaterThan(30);
    for (const { path, stored: before } of held) {
      const forgotten = { ...before, provider: null, requestModel: null, finishReason: null };
      const { system, input, output, toolCalls } = remapSpan(forgotten);
      const { system: wasSystem, input: wasInput, output: wasOutput, toolCalls: wereCalls } = before;
      expect([system, input, output, toolCalls], path).toEqual([wasSystem, wasInput, wasOutput, wereCalls]);
    }
  });

  test('keeps what is known where its attributes say nothing any more', () => {
    const before = stored({ kind: 'generation', attributes: {}, events: [], output: 'At six.', feature: 'tide' });
    expect(remapSpan({ ...before, requestModel: 'gpt-4o' })).toMatchObject({ output: 'At six.', feature: 'tide' });
  });

  test('is only filled where it is masked: its fields and attributes need not agree', () => {
    const attributes = { 'user.id': 'ada', 'session.id': 's-1', 'gen_ai.operation.name': 'chat' };
    const before = stored({ kind: 'generation', attributes, userId: 'person-7f', sessionId: null });
    expect(remapSpan(before, true)).toMatchObject({ userId: 'person-7f', sessionId: 's-1' });
    expect(remapSpan(before)).toMatchObject({ userId: 'ada', sessionId: 's-1' });
  });

  test('loses usage and cost when it is no call', () => {
    const before = stored({
      kind: 'generation',
      attributes: { 'openinference.span.kind': 'CHAIN', 'llm.token_count.prompt': '12' },
      tokens: { ...emptyTokens, input: 12 },
      reportedCost: '0.1',
    });
    expect(remapSpan(before)).toMatchObject({ kind: 'chain', tokens: null, reportedCost: null });
  });
});

const emptyTokens = {
  input: 0,
  cache_read: 0,
  cache_write_5m: 0,
  cache_write_1h: 0,
  output: 0,
  reasoning: 0,
  audio_in: 0,
  audio_out: 0,
  image_in: 0,
  image_out: 0,
};
