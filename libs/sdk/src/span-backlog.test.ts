import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PlimsollSpanProcessor } from './node.js';
import { bytesOfSpan, SpanBacklog } from './span-backlog.js';

const mebibyte = 1024 * 1024;
const maxBytes = 4 * mebibyte;
/** 200 kB of memory as this package counts it. */
const prompt = 'a ship '.repeat(14_285);

let server: Server;
let answers: (() => void)[];
const warn = vi.fn();

/** Takes requests and does not answer them until it is told to. */
beforeEach(async () => {
  answers = [];
  server = createServer((request, response) => {
    request.resume().on('end', () => answers.push(() => response.writeHead(200).end()));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  warn.mockReset();
  const silent = () => undefined;
  diag.setLogger(
    { warn, error: silent, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
});

afterEach(() => {
  diag.disable();
  server.closeAllConnections();
  server.close();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function sendPrompts(provider: BasicTracerProvider, count: number): void {
  const tracer = provider.getTracer('test');
  for (let index = 0; index < count; index += 1) {
    tracer.startSpan('chat', { attributes: { 'gen_ai.input.messages': prompt, index } }).end();
  }
}

test('spans for a server that does not answer hold no more than their bytes may be', async () => {
  const processor = new PlimsollSpanProcessor({ apiKey: 'plk_x', url: url(), maxWaitingSpanBytes: maxBytes });
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  // 200 MB in 1,000 spans: by number alone all of them would be kept.
  sendPrompts(provider, 1_000);
  const kept = 1_000 - processor.droppedSpans;
  expect(kept).toBe(20);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn).toHaveBeenCalledWith(expect.stringMatching(/20 spans of \d+ bytes wait to be sent/));
  const flushed = processor.forceFlush();
  await expect.poll(() => answers.length).toBe(1);
  // What is under way is held as well.
  sendPrompts(provider, 10);
  expect(processor.droppedSpans).toBe(990);
  for (const answer of answers.splice(0)) answer();
  await flushed;
  sendPrompts(provider, 10);
  expect(processor.droppedSpans).toBe(990);
  const stopped = processor.shutdown();
  await expect.poll(() => answers.length).toBe(1);
  for (const answer of answers.splice(0)) answer();
  await stopped;
});

test('what the platform cannot take for longer than the exporter tries is sent again, for ten minutes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  try {
    const sent: number[] = [];
    const failures: (Error | undefined)[] = [];
    const exporter = {
      export: (spans: unknown[], done: (result: { code: number; error?: Error }) => void) => {
        const error = failures.length > 0 ? failures.shift() : undefined;
        if (error === undefined) sent.push(spans.length);
        done(error === undefined ? { code: 0 } : { code: 1, error });
      },
      shutdown: () => Promise.resolve(),
    };
    const backlog = new SpanBacklog({ exporter, maxSpans: 100, maxBytes });
    const provider = new BasicTracerProvider({
      spanProcessors: [
        {
          onStart: () => undefined,
          onEnd: (span) => backlog.add(span),
          forceFlush: () => backlog.flush(),
          shutdown: () => backlog.shutdown(),
        },
      ],
    });
    const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    failures.push(new Error('Export failed with retryable status'), refused(), new Error('Request timed out'));
    sendPrompts(provider, 5);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(sent).toEqual([]);
    expect(backlog.waitingBytes).toBeGreaterThan(5 * prompt.length);
    // 1 s for the batch, then at most 45, 90 and 180 s.
    await vi.advanceTimersByTimeAsync(320_000);
    expect(sent).toEqual([5]);
    expect(backlog).toMatchObject({ dropped: 0, waitingBytes: 0 });

    failures.push(refused());
    sendPrompts(provider, 2);
    await backlog.flush();
    expect(sent).toEqual([5]);
    // A flush does not wait for a pause.
    await backlog.flush();
    expect(sent).toEqual([5, 2]);

    for (let index = 0; index < 100; index += 1) failures.push(refused());
    sendPrompts(provider, 3);
    await vi.advanceTimersByTimeAsync(590_000);
    expect(backlog.dropped).toBe(0);
    await vi.advanceTimersByTimeAsync(400_000);
    expect(backlog).toMatchObject({ dropped: 3, waitingBytes: 0 });
  } finally {
    vi.useRealTimers();
  }
});

test('what cannot be sent is dropped, counted and let go, and nothing is thrown', async () => {
  const backlog = new SpanBacklog({
    exporter: {
      export: (_, done) => done({ code: 1, error: new Error('refused') }),
      shutdown: () => Promise.resolve(),
    },
    maxSpans: 100,
    maxBytes,
  });
  const provider = new BasicTracerProvider({
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => backlog.add(span),
        forceFlush: () => backlog.flush(),
        shutdown: () => backlog.shutdown(),
      },
    ],
  });
  sendPrompts(provider, 5);
  expect(backlog.waitingBytes).toBeGreaterThan(5 * prompt.length);
  await backlog.flush();
  expect(backlog).toMatchObject({ dropped: 5, waitingBytes: 0 });
  // A span of a host's own kind, of which nothing is as it should be.
  backlog.add({} as never);
  expect(backlog).toMatchObject({ dropped: 6, waitingBytes: 0 });
  await backlog.shutdown();
  sendPrompts(provider, 1);
  expect(backlog.waitingBytes).toBe(0);
});

test('a span is counted with its events, links and values of every kind', () => {
  const text = 'x'.repeat(1_000);
  const span = (more: object) =>
    bytesOfSpan({ name: 'n', status: { code: 0 }, attributes: {}, events: [], links: [], ...more } as never);
  const empty = span({});
  const more: [object, number][] = [
    [{ name: text }, 2_000],
    [{ status: { code: 2, message: text } }, 2_000],
    [{ attributes: { key: text } }, 2_000],
    [{ attributes: { key: [text, text] } }, 4_000],
    [{ attributes: { key: { inner: [text] } } }, 2_000],
    [{ attributes: { key: new Uint8Array(5_000) } }, 5_000],
    [{ events: [{ name: 'e', attributes: { [text]: true } }] }, 2_000],
    [{ links: [{ attributes: { key: text } }] }, 2_000],
  ];
  for (const [parts, bytes] of more) {
    expect(span(parts) - empty).toBeGreaterThanOrEqual(bytes - 2);
    expect(span(parts) - empty).toBeLessThan(bytes + 300);
  }
});
