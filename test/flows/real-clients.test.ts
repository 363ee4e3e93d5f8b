import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Change, outcome, type Span, page, span } from '@plimsoll/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snippetsFor } from '../../apps/dashboard/src/access/snippets.js';
import { installPackedSdk, run } from '../builders/sdk-package.js';
import { type Platform, startPlatform } from './platform.js';

const clients = fileURLToPath(new URL('../clients', import.meta.url));
/** Below the clients' packages, which the examples need too, and where nobody commits anything. */
const examples = join(clients, 'node_modules', '.plimsoll-sdk');

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

function installExamples(): void {
  installPackedSdk(examples);
  cpSync(fileURLToPath(new URL('../../libs/sdk/examples', import.meta.url)), examples, { recursive: true });
}

function runClient(
  path: string,
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [path], {
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
    installExamples();
    const server = (await import(pathToFileURL(join(clients, 'openai-server.mjs')).href)) as {
      startOpenAiServer(): Promise<OpenAiServer>;
    };
    [platform, openai] = await Promise.all([startPlatform({ demo: false }), server.startOpenAiServer()]);
  });
  afterAll(async () => {
    await Promise.all([platform?.stop(), openai?.stop()]);
  });

  async function callsOf(service: string): Promise<Span[]> {
    const response = await fetch(`${platform.apiUrl}/api/v1/spans?limit=500`, {
      headers: { authorization: `Bearer ${platform.key}` },
    });
    expect(response.status).toBe(200);
    const { items } = page(span).parse(await response.json());
    return items.filter((item) => item.service === service && item.kind === 'generation');
  }

  async function callOf(service: string): Promise<Span> {
    const calls = await callsOf(service);
    expect(calls, `calls of ${service}`).toHaveLength(1);
    return calls[0]!;
  }

  async function runExample(name: string): Promise<string> {
    const { code, output } = await runClient(join(examples, name), {
      PLIMSOLL_API_KEY: platform.key,
      PLIMSOLL_URL: platform.apiUrl,
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: 'loopback',
    });
    expect(code, output).toBe(0);
    return output;
  }

  it.each([
    { client: 'otel-openai', reasoning: null, cached: null },
    { client: 'vercel-ai', reasoning: 12, cached: 1024 },
    { client: 'langfuse', reasoning: 12, cached: 1024 },
    { client: 'openinference', reasoning: 12, cached: 1024 },
  ])('sees the call of $client as the server answered it', async ({ client, reasoning, cached }) => {
    const { code, output } = await runClient(join(clients, `${client}.mjs`), {
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

  const used = { input: 1203, output: 57, cachedInput: 1024, reasoningOutput: 12 };
  const asked = 'When does the tide turn?';
  const said = 'The tide turns at six.';

  it('runs the example of the openai client: every call, its stream and its outcome are there', async () => {
    expect(await runExample('openai-chat.mjs')).toBe(`${said}\n${said}\n`);
    const calls = await callsOf('example-openai-chat');
    expect(calls.map(({ promptVersion }) => promptVersion).toSorted((a, b) => `${a}`.localeCompare(`${b}`))).toEqual([
      'v2',
      'v3',
    ]);
    for (const call of calls) {
      expect(call).toMatchObject({ feature: 'tide-answer', userId: 'u-17', sessionId: 's-4', release: '1.4.0' });
      expect(call).toMatchObject({ promptName: 'sailor', output: said, usage: used, finishReason: 'stop' });
      expect(call.input?.at(-1)?.text).toBe(asked);
    }
    expect(calls.find(({ promptVersion }) => promptVersion === 'v2')?.system).toMatch(/sailors/);
    expect(calls.find(({ promptVersion }) => promptVersion === 'v3')?.ttftMs).toBeGreaterThan(0);
  });

  it('runs the example of the Vercel AI SDK', async () => {
    expect(await runExample('vercel-ai.mjs')).toBe(`${said}\n`);
    const call = await callOf('example-vercel-ai');
    expect(call).toMatchObject({ feature: 'tide-answer', userId: 'u-17', output: said, usage: used });
  });

  it('runs the example beside an OpenTelemetry set-up, whose trace gets the outcome', async () => {
    expect(await runExample('existing-otel.mjs')).toBe(`${said}\n`);
    const call = await callOf('example-existing-otel');
    expect(call).toMatchObject({ feature: 'tide-answer', output: said, usage: used });
    expect(call.parentSpanId).not.toBeNull();
    const { items } = page(outcome).parse(await platform.api('GET', '/api/v1/outcomes'));
    expect(items.filter(({ traceId }) => traceId === call.traceId)).toMatchObject([{ name: 'question-answered' }]);
  });

  it('runs the example of outcomes in CommonJS', async () => {
    expect(await runExample('outcome.cjs')).toBe('0 dropped\n');
    const { items } = page(outcome).parse(await platform.api('GET', '/api/v1/outcomes?name=order-paid'));
    expect(items.map(({ key, status, value }) => [key, status, value])).toEqual(
      expect.arrayContaining([
        ['order-1', 'success', '12.5'],
        ['order-2', 'failure', null],
      ]),
    );
    const changes = await platform.api<{ items: Change[] }>('GET', '/api/v1/changes');
    expect(changes.items).toMatchObject([{ feature: 'order-mail', attribute: 'promptVersion', to: 'v3' }]);
  });

  it.each(['node', 'curl'])(
    'takes the first trace of the %s snippet of the welcome page as it is pasted',
    async (id) => {
      const code = snippetsFor(platform.otlpUrl, platform.key).find((snippet) => snippet.id === id)!.code;
      const before = await callsOf('first-trace');
      if (id === 'node') {
        writeFileSync(join(examples, 'first-trace.mjs'), code);
        const { code: status, output } = await runClient(join(examples, 'first-trace.mjs'), {});
        expect(status, output).toBe(0);
      } else {
        expect(run('bash', ['-c', code], examples)).toBe('{}');
      }
      const calls = await callsOf('first-trace');
      expect(calls).toHaveLength(before.length + 1);
      for (const call of calls) {
        expect(call).toMatchObject({ feature: 'first-trace', requestModel: 'gpt-4o-mini' });
        expect(call.usage).toMatchObject({ input: 12, output: 34 });
      }
    },
  );

  it('maps stored spans again by a command, and finds nothing to change', () => {
    const entry = fileURLToPath(new URL('../../apps/cli/bin/plimsoll.mjs', import.meta.url));
    const command = (...options: readonly string[]) =>
      spawnSync(process.execPath, [entry, 'remap', '--url', platform.apiUrl, '--from', '2020-01-01', ...options], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], PLIMSOLL_API_KEY: platform.key },
      });
    const { status, stdout, stderr } = command('--project', 'default', '--dry-run');
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'done', dryRun: true, changed: 0, fields: {}, error: null });
    expect((JSON.parse(stdout) as { scanned: number }).scanned).toBeGreaterThan(1);
    expect(stderr).toMatch(/done: \d+ of about \d+ spans, 0 would change/);
    expect(command('--project', 'other').stderr).toMatch(/--project: the key belongs to default, not to other/);
  });
});
