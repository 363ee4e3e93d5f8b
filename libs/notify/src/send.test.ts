import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from './send.js';

let server: Server;
let base: string;
const received: { url: string; body: string; header: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      received.push({ url: request.url ?? '', body, header: String(request.headers['x-test']) });
      if (request.url === '/slow') return;
      if (request.url === '/moved') response.writeHead(302, { location: '/ok' });
      else if (request.url === '/busy') response.writeHead(429, { 'retry-after': '7' });
      response.end('x'.repeat(5000));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = (url: string, allowPrivate = true) =>
  send({ url, headers: { 'x-test': 'yes' }, body: '{"ü":1}' }, { allowPrivate, timeoutMs: 400 });

describe('send', () => {
  it('posts once and returns status and the start of the answer', async () => {
    const result = await post(`${base}/ok`);
    expect(result.status).toBe(200);
    expect(result.body).toHaveLength(4096);
    expect(received.at(-1)).toEqual({ url: '/ok', body: '{"ü":1}', header: 'yes' });
  });

  it('follows no redirect and reads Retry-After', async () => {
    expect((await post(`${base}/moved`)).status).toBe(302);
    expect(received.at(-1)?.url).toBe('/moved');
    expect((await post(`${base}/busy`)).retryAfterSeconds).toBe(7);
  });

  it('gives up on a silent receiver and on a closed port', async () => {
    await expect(post(`${base}/slow`)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(post('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('calls no private address, by number or by name, unless allowed', async () => {
    const before = received.length;
    await expect(post(`${base}/ok`, false)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(post(base.replace('127.0.0.1', 'localhost'), false)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(post('file:///etc/hostname')).rejects.toMatchObject({ code: 'forbidden' });
    expect(received).toHaveLength(before);
  });
});
