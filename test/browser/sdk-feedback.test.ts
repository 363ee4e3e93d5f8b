import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackedSdk } from '../builders/sdk-package.js';
import { hasChromium, startBrowser, type TestBrowser, watchPage } from './browser.js';

const example = readFileSync(
  fileURLToPath(new URL('../../libs/sdk/examples/browser-feedback.html', import.meta.url)),
  'utf8',
);

/** What the example's page sent, in order. */
const received: { origin: string | undefined; path: string | undefined; body: unknown }[] = [];

/** Takes events as the platform does: a preflight first, then the request. */
const api = createServer((request, response) => {
  const { origin } = request.headers;
  response.setHeader('access-control-allow-origin', origin ?? '');
  response.setHeader('access-control-allow-headers', 'content-type, authorization, idempotency-key');
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    if (request.method === 'POST') {
      received.push({ origin, path: request.url, body: JSON.parse(Buffer.concat(parts).toString()) });
    }
    response.writeHead(request.method === 'POST' ? 201 : 204).end();
  });
});

let folder: string;
let site: Server;
let browser: TestBrowser;

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  if (!hasChromium) return;
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-page-'));
  installPackedSdk(folder);
  site = createServer((request, response) => {
    const isScript = request.url?.startsWith('/node_modules/') === true;
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? readFileSync(join(folder, String(request.url))) : example);
  });
  for (const server of [api, site]) await once(server.listen(0, '127.0.0.1'), 'listening');
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  for (const server of [api, site]) server?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!hasChromium)('the example page sends feedback, also what waits when it is left', async () => {
  const context = await browser.open();
  const page = await context.newPage();
  const complaints = watchPage(page);
  await page.goto(`${addressOf(site)}/?plimsollUrl=${encodeURIComponent(addressOf(api))}&plimsollKey=plk_x`);
  await page.waitForSelector('body[data-ready]');
  await page.click('#up');
  await expect.poll(() => received.length).toBe(1);
  await page.click('#down');
  await page.goto('about:blank');
  await expect.poll(() => received.length).toBe(2);
  await context.close();
  const traceId = '5b8efff798038103d269b633813fc60c';
  expect(received.map(({ path, body }) => [path, body])).toMatchObject([
    ['/api/v1/feedback', [{ kind: 'thumbs', value: 1, traceId }]],
    ['/api/v1/feedback', [{ kind: 'thumbs', value: 0, traceId }]],
  ]);
  expect(new Set(received.map(({ origin }) => origin))).toEqual(new Set([addressOf(site)]));
  expect(complaints.filter((line) => !line.includes('favicon'))).toEqual([]);
});
