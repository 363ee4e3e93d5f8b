import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Span, page, span } from '@plimsoll/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform, startPlatform } from './platform.js';

const clients = fileURLToPath(new URL('../clients', import.meta.url));

interface OpenAiServer {
  url: string;
  stop(): Promise<void>;
}

/** The clients have a lock file of their own; it is installed once, and again when it changes. */
function installClients(): void {
  const lock = createHash('sha256')
    .update(readFileSync(join(clients, 'package-lock.json')))
    .digest('hex');
  const stamp = join(clients, 'node_modules', '.plimsoll-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const installed = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: clients,
    encoding: 'utf8',
  });
  if (installed.status !== 0) throw new Error(`npm ci in test/clients failed: ${installed.stderr}`);
  writeFileSync(stamp, lock);
}

function runClient(
  name: string,
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(clients, `${name}.mjs`)], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  return new Promise((resolve) => child.on('exit', (code) => resolve({ code, output })));
}

describe('real clients against the running platform', () => {
  let platform: Platform;
  let openai: OpenAiServer;

  beforeAll(async () => {
    installClients();
    const server = (await import(pathToFileURL(join(clients, 'openai-server.mjs')).href)) as {
      startOpenAiServer(): Promise<OpenAiServer>;
    };
    [platform, openai] = await Promise.all([startPlatform({ demo: false }), server.startOpenAiServer()]);
  });
  afterAll(async () => {
    await Promise.all([platform?.stop(), openai?.stop()]);
  });

  async function callOf(service: string): Promise<Span> {
    const response = await fetch(`${platform.apiUrl}/api/v1/spans?limit=500`, {
      headers: { authorization: `Bearer ${platform.key}` },
    });
    expect(response.status).toBe(200);
    const { items } = page(span).parse(await response.json());
    const calls = items.filter((item) => item.service === service && item.kind === 'generation');
    expect(calls, `calls of ${service}`).toHaveLength(1);
    return calls[0]!;
  }

  it.each([
    { client: 'otel-openai', reasoning: null, cached: null },
    { client: 'vercel-ai', reasoning: 12, cached: 1024 },
    { client: 'langfuse', reasoning: 12, cached: 1024 },
    { client: 'openinference', reasoning: 12, cached: 1024 },
  ])('sees the call of $client as the server answered it', async ({ client, reasoning, cached }) => {
    const { code, output } = await runClient(client, {
      OPENAI_BASE_URL: openai.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: platform.otlpUrl,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${platform.key}`,
      OTEL_METRICS_EXPORTER: 'none',
      LANGFUSE_BASE_URL: platform.apiUrl,
      LANGFUSE_PUBLIC_KEY: 'plimsoll',
      LANGFUSE_SECRET_KEY: platform.key,
    });
    expect(code, output).toBe(0);
    const call = await callOf(`live-${client}`);
    expect(call.provider).toBe('openai');
    expect(call.responseModel ?? call.requestModel).toMatch(/^gpt-4o-mini/);
    expect(call.usage.input).toBe(1203);
    expect(call.usage.output).toBe(57);
    if (cached !== null) expect(call.usage.cachedInput).toBe(cached);
    if (reasoning !== null) expect(call.usage.reasoningOutput).toBe(reasoning);
    expect(call.input?.map((message) => message.text)).toContain('When does the tide turn?');
    expect(call.output).toBe('The tide turns at six.');
    expect(call.cost).toMatch(/^0\.000/);
  });
});
