import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { declareChange } from './change.js';

let server: Server;
let url: string;
let answer: { status: number; body: unknown };
let asked: { path: string; headers: IncomingHttpHeaders; body: unknown } | null = null;

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      asked = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text) };
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());
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
    await declareChange({ url, key: 'plk_test', ...options, idempotencyKey: 'deploy-1' });
    expect(asked).toMatchObject({
      path: '/api/v1/changes',
      headers: { authorization: 'Bearer plk_test', 'idempotency-key': 'deploy-1' },
      body: options,
    });
    expect(write).toHaveBeenCalledWith(`${JSON.stringify(stored)}\n`);
  });

  it('names the option at fault before it asks, and the reason of a refusal afterwards', async () => {
    asked = null;
    await expect(declareChange({ url, key: 'k', kind: 'promt' })).rejects.toMatchObject({ field: '--kind' });
    expect(asked).toBeNull();
    answer = {
      status: 401,
      body: { type: 'x', title: 'x', status: 401, detail: 'the API key is unknown or revoked', requestId: 'r' },
    };
    await expect(declareChange({ url, key: 'k', kind: 'prompt' })).rejects.toThrow('unknown or revoked');
  });
});
