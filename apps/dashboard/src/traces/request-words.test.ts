import { expect, test } from 'vitest';
import { firstTokenWords, parameterWords } from './request-words.js';

test('parameters are named as the client names them', () => {
  expect(
    parameterWords({
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.temperature': '0.2',
      'gen_ai.request.max_tokens': '256',
      'gen_ai.request.structured_output_schema': `{"type":"object","title":"${'x'.repeat(80)}"}`,
      'ai.settings.maxRetries': '2',
    }),
  ).toBe('temperature 0.2, max_tokens 256');
  expect(parameterWords({ 'ai.settings.maxOutputTokens': '256' })).toBe('maxOutputTokens 256');
});

test('parameters inside JSON, without what the page shows elsewhere', () => {
  expect(
    parameterWords({
      'llm.invocation_parameters': '{"model":"gpt-4o","top_p":0.9,"stream":true,"tools":[{}],"user":"user-42"}',
    }),
  ).toBe('top_p 0.9, stream true');
  expect(parameterWords({ 'langfuse.observation.model.parameters': '{"temperature":0,"response_format":""}' })).toBe(
    'temperature 0',
  );
  expect(parameterWords({ 'genkit:input': '{"messages":[],"config":{"temperature":0.4}}' })).toBe('temperature 0.4');
});

test('no parameters, or none that can be read', () => {
  expect(parameterWords({ 'gen_ai.request.model': 'gpt-4o' })).toBeNull();
  expect(parameterWords({ 'llm.invocation_parameters': '{"temperature":' })).toBeNull();
  expect(parameterWords({ 'llm.invocation_parameters': '[1]' })).toBeNull();
});

test('a first token that the client counts from the first byte says so', () => {
  const ttftSource = 'gen_ai.server.time_to_first_token (s)';
  expect(firstTokenWords({ ttftMs: 1, ttftSource })).toBe('1.00 ms from the first byte, as OpenLIT counts');
  expect(firstTokenWords({ ttftMs: 345, ttftSource: 'gen_ai.response.time_to_first_chunk (s)' })).toBe('345 ms');
  expect(firstTokenWords({ ttftMs: null, ttftSource: null })).toBeNull();
});
