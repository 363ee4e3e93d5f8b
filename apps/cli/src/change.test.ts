import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { declareChange } from './change.js';
import { startTestPlatform, type TestPlatform } from './testing/test-platform.js';

let platform: TestPlatform;
let answer: { status: number; body: unknown };

beforeAll(async () => {
  platform = await startTestPlatform(() => answer);
});

afterAll(() => platform.stop());
afterEach(() => vi.restoreAllMocks());

const stored = {
  id: 'c1',
  at: '2026-11-01T12:00:00Z',
  kind: 'prompt',
  feature: 'support-answer',
  attribute: 'promptVersion',
  from: 'v1',
  to: 'v2',
  title: 'prompt support-answer v1 to v2',
  link: null,
  actor: 'key plk_ab12cd34',
  source: 'declared',
};

describe('plimsoll change', () => {
  it('posts what it was given, with key and idempotency key, and prints what was stored', async () => {
    answer = { status: 201, body: { items: [stored], nextCursor: null } };
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const options = { kind: 'prompt', feature: 'support-answer', from: 'v1', to: 'v2' };
    await declareChange({ url: platform.url, key: 'plk_test', ...options, idempotencyKey: 'deploy-1' });
    expect(platform.asked[0]?.url.pathname).toBe('/api/v1/changes');
    expect(platform.asked[0]).toMatchObject({
      headers: { authorization: 'Bearer plk_test', 'idempotency-key': 'deploy-1' },
      body: options,
    });
    expect(write).toHaveBeenCalledWith(`${JSON.stringify(stored)}\n`);
  });

  it('names the option at fault before it asks, and the reason of a refusal afterwards', async () => {
    const before = platform.asked.length;
    await expect(declareChange({ url: platform.url, key: 'k', kind: 'promt' })).rejects.toMatchObject({
      field: '--kind',
    });
    expect(platform.asked).toHaveLength(before);
    answer = {
      status: 401,
      body: { type: 'x', title: 'x', status: 401, detail: 'the API key is unknown or revoked', requestId: 'r' },
    };
    await expect(declareChange({ url: platform.url, key: 'k', kind: 'prompt' })).rejects.toThrow('unknown or revoked');
  });
});
