import { readFileSync } from 'node:fs';
import type { CanonicalSpan } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { decodeTraces, protobufOfTraces } from '../body.js';
import { normaliseSpan } from '../normalise.js';

const root = new URL('../../../../test/fixtures/dialects/', import.meta.url).pathname;

/** Spans of a composed body by their id; both readers must say the same. */
function spansOf(name: string): Map<number, CanonicalSpan> {
  const json = readFileSync(`${root}${name}.json`);
  const spans = decodeTraces(json, 'json').spans.map((span) => normaliseSpan(span));
  expect(decodeTraces(protobufOfTraces(json, 'json'), 'protobuf').spans.map((span) => normaliseSpan(span))).toEqual(
    spans,
  );
  return new Map(spans.map((span) => [Number(`0x${span.spanId}`), span]));
}

function kindsOf(spans: ReadonlyMap<number, CanonicalSpan>): string[] {
  return [...spans.values()].map(({ name, kind }) => `${name}: ${kind}`);
}

function totalsOf(spans: ReadonlyMap<number, CanonicalSpan>, ids: readonly number[]) {
  const calls = [...spans].filter(([id, { tokens }]) => ids.includes(id) && tokens !== null);
  return calls.map(([id, { usage }]) => [id, usage.input, usage.output]);
}

describe('LiveKit Agents', () => {
  const spans = spansOf('livekit');
  const of = (id: number): CanonicalSpan => spans.get(id)!;

  test('only requests are calls: nodes, tries and adapters around them name a model too, and so does speech', () => {
    expect(kindsOf(spans)).toEqual([
      'job_entrypoint: span',
      'agent_session: chain',
      'user_turn: span',
      'agent_turn: agent',
      'llm_node: span',
      'llm_request: generation',
      'llm_request_run: span',
      'function_tool: tool',
      'function_tool: tool',
      'tts_node: span',
      'tts_request: span',
      'llm_fallback_adapter: span',
      'llm_request: generation',
      'judge_evaluation: evaluator',
      'agent_turn: generation',
      'user_turn: span',
      'function_tool: tool',
    ]);
    expect(totalsOf(spans, [...spans.keys()])).toEqual([
      [6, 420, 12],
      [13, 2100, 20],
      [21, 300, 120],
    ]);
  });

  test('a request', () => {
    expect(of(6)).toMatchObject({
      provider: 'openai',
      requestModel: 'gpt-4o-mini',
      usage: { input: 420, output: 12, cachedInput: 256, cacheWriteInput: 0 },
      tokens: { input: 164, cache_read: 256, output: 12 },
      ttftMs: 300,
      ttftSource: 'langfuse.observation.completion_start_time',
      stream: true,
      system: 'Answer in one sentence.',
      input: [
        { role: 'user', text: 'When does the ferry to Oban leave?' },
        { role: 'assistant', text: null },
        { role: 'tool', text: '16:40' },
      ],
      output: 'The ferry to Oban leaves at 16:40.',
      status: 'ok',
      unmapped: [],
    });
  });

  test('a request to Anthropic: what was written to the cache stands in its metrics alone; a call of a tool as text', () => {
    expect(of(13)).toMatchObject({
      provider: 'anthropic',
      usage: { input: 2100, output: 20, cachedInput: 1000, cacheWriteInput: 800 },
      tokens: { input: 300, cache_read: 1000, cache_write_5m: 800, output: 20 },
      usageConflict: false,
      ttftMs: 500,
      ttftSource: 'lk.llm_metrics .ttft (s)',
      output: null,
      toolCalls: [{ id: 'toolu_9', name: 'timetable', arguments: { port: 'Oban', day: 1 } }],
    });
  });

  test('a speech-to-speech turn: cached audio is in no two buckets', () => {
    expect(of(21)).toMatchObject({
      provider: 'openai',
      requestModel: 'gpt-realtime',
      usage: { input: 300, output: 120, cachedInput: 192 },
      // 120 of text of which 64 cached, 180 of audio of which 128 cached.
      tokens: { input: 56, audio_in: 52, cache_read: 192, output: 30, audio_out: 90 },
      usageConflict: false,
      ttftMs: 400,
      system: 'Be brief.',
      input: [{ role: 'user', text: 'Is there a bar on board?' }],
      output: 'Yes, on deck 4.',
      userId: null,
      unmapped: [],
    });
  });

  test('the nodes around it: conversation, tools, who', () => {
    expect(of(5)).toMatchObject({
      tokens: null,
      system: 'Answer in one sentence.',
      input: [
        { role: 'user', text: 'When does the ferry to Oban leave?' },
        { role: 'assistant', text: null },
        { role: 'tool', text: '16:40' },
      ],
      output: 'The ferry to Oban leaves at 16:40.',
      tools: ['timetable'],
    });
    expect(of(2)).toMatchObject({ feature: 'ferry', sessionId: 'call-0042' });
    expect(of(3)).toMatchObject({ userId: 'caller-17', output: 'When does the ferry to Oban leave?' });
    expect(of(22)).toMatchObject({ userId: 'caller-17', output: 'Is there a bar on board?' });
    expect(of(4)).toMatchObject({ userId: null, output: 'The ferry to Oban leaves at 16:40.' });
    expect(of(11)).toMatchObject({ input: [{ role: 'user', text: 'The ferry to Oban leaves at 16:40.' }] });
    const port = { port: 'Oban' };
    expect(of(8)).toMatchObject({
      status: 'ok',
      output: '16:40',
      toolCalls: [{ id: 'call_7', name: 'timetable', arguments: port }],
    });
    expect(of(9)).toMatchObject({ status: 'error', errorMessage: 'An internal error occurred' });
    expect(of(23)).toMatchObject({ output: 'bar, shop', toolCalls: [{ id: null, name: 'deck_plan' }] });
  });
});

describe('Flue', () => {
  const spans = spansOf('flue');
  const of = (id: number): CanonicalSpan => spans.get(id)!;

  test('kinds by operation, else by name', () => {
    expect(kindsOf(spans)).toEqual([
      'invoke_agent support: agent',
      'chat claude-sonnet-4-5: generation',
      'execute_tool locate: tool',
      'flue.operation shell: tool',
      'flue.compaction: span',
      'execute_tool locate: tool',
      'flue.workflow report: chain',
      'flue.operation prompt: agent',
      'gen_ai.generate: generation',
      'flue.tool berths: tool',
      'flue.task counter: agent',
      'chat claude-sonnet-4-5: generation',
    ]);
    expect([...spans.values()].flatMap(({ unmapped }) => unmapped)).toEqual([]);
  });

  test('a call of today, whose input is whole; the agent repeats it', () => {
    expect(totalsOf(spans, [31, 32])).toEqual([[32, 5200, 60]]);
    expect(of(32)).toMatchObject({
      provider: 'anthropic',
      requestModel: 'claude-sonnet-4-5',
      responseModel: 'claude-sonnet-4-5-20250929',
      tokens: { input: 1000, cache_read: 4000, cache_write_5m: 200, output: 60 },
      conversationId: 'conv_91',
      sessionId: 'conv_91',
      stream: true,
      finishReason: 'tool_calls',
      system: 'You find containers.',
      toolCalls: [{ id: 'toolu_1', name: 'locate', arguments: { id: 'MSKU 7' } }],
    });
    expect(of(33)).toMatchObject({ output: 'quay 3', toolCalls: [{ id: 'toolu_1', name: 'locate' }] });
    expect(of(36)).toMatchObject({
      status: 'error',
      errorType: 'TimeoutError',
      errorMessage: 'no answer from the yard',
    });
  });

  test('calls of earlier versions, whose input left the cache out, under either name of its counts', () => {
    for (const id of [43, 46]) {
      expect(of(id)).toMatchObject({
        usage: { input: 1300, output: 40, cachedInput: 300, cacheWriteInput: 100 },
        tokens: { input: 900, cache_read: 300, cache_write_5m: 100, output: 40 },
        reportedCost: '0.00375',
      });
    }
    expect(of(43)).toMatchObject({
      system: 'Count ships.',
      input: [
        { role: 'user', text: 'How many today?' },
        { role: 'assistant', text: null },
        { role: 'tool', text: '3' },
      ],
      output: 'Three ships.',
      tools: ['berths'],
      finishReason: 'tool_calls',
    });
    expect(of(41)).toMatchObject({ feature: 'report' });
    expect(of(44)).toMatchObject({ output: '3', toolCalls: [{ id: 'toolu_5', name: 'berths' }] });
    expect(of(45)).toMatchObject({ feature: 'counter', output: 'Three.' });
  });
});

describe('Google ADK', () => {
  const spans = spansOf('google-adk');

  test('a call of Python is two spans: the outer one counts, with the thoughts; other languages have one', () => {
    expect(kindsOf(spans)).toEqual([
      'invoke_agent tides: agent',
      'call_llm: generation',
      'generate_content gemini-2.5-flash: span',
      'call_llm: generation',
      'call_llm: generation',
      'generate_content gemini-2.5-flash: generation',
    ]);
    expect(totalsOf(spans, [...spans.keys()])).toEqual([
      [53, 900, 252],
      [55, 900, 252],
      [56, 900, 252],
      [57, 900, 12],
    ]);
    expect(spans.get(53)).toMatchObject({
      tokens: { input: 388, cache_read: 512, output: 12, reasoning: 240 },
      usageConflict: false,
      sessionId: 's-1',
      system: 'You know the tides.',
      output: 'At 14:20.',
      unmapped: [],
    });
    // Without messages the thoughts are in an attribute of their own.
    expect(spans.get(55)).toMatchObject({ tokens: { input: 900, output: 12, reasoning: 240 }, usageConflict: false });
  });
});
