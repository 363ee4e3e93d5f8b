import type { Gate } from '@plimsoll/contract';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type GateOptions, runGate } from './gate.js';
import { startTestPlatform, type TestPlatform } from './testing/test-platform.js';

let platform: TestPlatform;
let answer: { status: number; body: unknown };
let printed: string;

beforeEach(async () => {
  printed = '';
  platform = await startTestPlatform(() => answer);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  platform.stop();
});

function options(more: Partial<GateOptions> = {}): GateOptions {
  return { url: platform.url, key: 'secret', objective: 'quality', minSamples: '200', hours: '24', ...more };
}

const verdictOf = (verdict: Gate['verdict']): Gate => ({
  verdict,
  reason: 'because',
  samples: 210,
  errorRatio: 0.05,
  interval: { low: 0.03, high: 0.08, level: 0.95 },
  asOf: '2026-11-20T12:00:00.000Z',
});

it.each([
  ['pass', 0],
  ['fail', 1],
  ['not_yet', 3],
] as const)('ends with %s as exit code %i and one line of JSON', async (verdict, code) => {
  answer = { status: 200, body: verdictOf(verdict) };
  expect(await runGate(options({ prompt: 'checkout@v12' }))).toBe(code);
  expect(printed.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(printed)).toEqual(verdictOf(verdict));
  expect(platform.asked[0]?.url.pathname).toBe('/api/v1/objectives/quality/gate');
  expect(platform.asked[0]?.headers.authorization).toBe('Bearer secret');
});

it.each([
  ['checkout@v12', { promptName: 'checkout', promptVersion: 'v12' }],
  ['team@shop/checkout@v12', { promptName: 'team@shop/checkout', promptVersion: 'v12' }],
  ['checkout', { promptName: 'checkout', promptVersion: null }],
  ['@v12', { promptName: null, promptVersion: 'v12' }],
])('asks for the calls of prompt %s', async (prompt, expected) => {
  answer = { status: 200, body: verdictOf('pass') };
  await runGate(options({ prompt, model: 'm', release: '2.3.1' }));
  const { searchParams } = platform.asked[0]?.url ?? new URL('http://nothing');
  const { promptName, promptVersion } = expected;
  expect(searchParams.get('promptName')).toBe(promptName);
  expect(searchParams.get('promptVersion')).toBe(promptVersion);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    model: 'm',
    release: '2.3.1',
    minSamples: '200',
    hours: '24',
  });
});

it('says why there is no answer', async () => {
  const detail = 'no objective "quality"';
  const refused = { type: 'about:blank', title: 'Not Found', status: 404, detail, requestId: 'r' };
  answer = { status: 404, body: refused };
  await expect(runGate(options())).rejects.toThrow(`gate: ${detail}`);
  await expect(runGate(options({ url: 'http://127.0.0.1:1' }))).rejects.toThrow('no platform answers');
});
