import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { changeCreate, feedbackCreate, outcomeCreate } from '@plimsoll/contract';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { EventQueue } from './event-queue.js';
import type { Change, Feedback, Outcome } from './event-types.js';

interface Sent {
  url: string;
  key: string;
  body: Record<string, unknown>[];
}

const traceId = 'a'.repeat(32);

/** A queue whose requests are answered by `answers`, then with 201; `wrong` events are refused with 400. */
function queueWith(answers: (Response | Error)[], limits: { events?: number; bytes?: number; wrong?: string } = {}) {
  const sent: Sent[] = [];
  const errors: string[] = [];
  const queue = new EventQueue({
    url: 'http://platform/',
    apiKey: 'plk_x',
    maxWaitingEvents: limits.events,
    maxWaitingBytes: limits.bytes,
    random: () => 0,
    onError: (error) => {
      errors.push(String(error));
      throw new Error('the handler of the host fails too');
    },
    fetch: async (input, init) => {
      const key = new Headers(init?.headers).get('idempotency-key')!;
      const body = JSON.parse(init?.body as string) as Sent['body'];
      sent.push({ url: input as string, key, body });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      const isWrong = body.some((event) => limits.wrong !== undefined && event['name'] === limits.wrong);
      return answer ?? new Response('{}', { status: isWrong ? 400 : 201 });
    },
  });
  return { queue, sent, errors };
}

describe('EventQueue', () => {
  it('sends what comes together as one request a kind, in order', async () => {
    const { queue, sent } = queueWith([]);
    queue.outcome({ name: 'resolved', key: 'order-1', status: 'success', value: '12.50' });
    queue.outcome({ name: 'resolved', key: 'order-2', status: 'failure' });
    queue.feedback({ traceId, kind: 'thumbs', value: 1 });
    await queue.flush();
    expect(sent.map(({ url, body }) => [url, body.length])).toEqual([
      ['http://platform/api/v1/outcomes', 2],
      ['http://platform/api/v1/feedback', 1],
    ]);
    expect(sent[0]?.body[0]).toMatchObject({ name: 'resolved', key: 'order-1', value: '12.50' });
    expect(sent[0]?.body[0]).not.toHaveProperty('traceId');
    expect(queue.dropped).toBe(0);
  });

  it('tries again with the same idempotency key until it is taken', async () => {
    const { queue, sent } = queueWith([new Response('busy', { status: 503 }), new Error('connection reset')]);
    queue.outcome({ name: 'resolved', key: 'order-1', status: 'success' });
    await queue.flush(5000);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map((each) => each.key)).size).toBe(1);
    expect(queue.dropped).toBe(0);
  });

  it('waits as long as it is asked to, also in a flush, which keeps its own time', async () => {
    const busy = (after: string) => new Response('', { status: 429, headers: { 'retry-after': after } });
    const { queue, sent } = queueWith([busy('2'), busy('60')]);
    queue.outcome({ name: 'resolved', key: 'order-1', status: 'success' });
    const began = performance.now();
    await queue.flush(50);
    expect(performance.now() - began).toBeLessThan(1_900);
    expect(sent).toHaveLength(1);
    await queue.flush(30_000);
    expect(performance.now() - began).toBeGreaterThan(1_900);
    expect(sent).toHaveLength(2);
    const long = performance.now();
    await queue.shutdown(30_000);
    expect(performance.now() - long).toBeLessThan(20_000);
    expect(sent).toHaveLength(2);
  });

  it('finds the one event that can never be taken, counts it and sends the others', async () => {
    const { queue, sent, errors } = queueWith([], { wrong: 'c' });
    for (const name of ['a', 'b', 'c', 'd', 'e']) queue.outcome({ name, key: name, status: 'success' });
    await queue.flush();
    expect(queue.dropped).toBe(1);
    expect(errors).toHaveLength(1);
    const taken = sent.filter(({ body }) => !body.some(({ name }) => name === 'c'));
    const names = taken.flatMap(({ body }) => body.map(({ name }) => String(name)));
    expect(new Set(names)).toEqual(new Set(['a', 'b', 'd', 'e']));
    expect(names).toHaveLength(4);
  });

  it('keeps a bounded number and never throws', async () => {
    const { queue, sent } = queueWith([], { events: 2 });
    for (let index = 0; index < 5; index += 1) queue.change({ kind: 'prompt', to: `v${index}` });
    expect(queue.dropped).toBe(3);
    expect(() => queue.feedback({ kind: 'thumbs', value: 1 })).not.toThrow();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(() => queue.change({ kind: 'prompt', ...circular })).not.toThrow();
    expect(() => queue.change(null as never)).not.toThrow();
    // An empty change is still one; the two before it could not be read.
    expect(queue.dropped).toBe(6);
    await queue.shutdown();
    queue.change({ kind: 'prompt' });
    expect(queue.dropped).toBe(7);
    expect(sent.flatMap(({ body }) => body)).toHaveLength(2);
  });

  it('keeps a bounded number of bytes', async () => {
    const { queue, sent } = queueWith([], { bytes: 3_000 });
    for (let index = 0; index < 10; index += 1) {
      queue.feedback({ traceId, kind: 'comment', comment: `${index}`.repeat(900) });
    }
    queue.feedback({ traceId, kind: 'comment', comment: 'x'.repeat(4_000) });
    await queue.flush();
    expect(sent.flatMap(({ body }) => body.map(({ comment }) => String(comment)[0]))).toEqual(['8', '9']);
    expect(queue.dropped).toBe(9);
  });

  it('cuts batches that a browser lets outlive its page', async () => {
    const { queue, sent } = queueWith([]);
    for (let index = 0; index < 250; index += 1) queue.feedback({ traceId, kind: 'comment', comment: 'y'.repeat(300) });
    await queue.flush();
    expect(sent.reduce((sum, { body }) => sum + body.length, 0)).toBe(250);
    for (const { body } of sent) {
      expect(body.length).toBeLessThanOrEqual(100);
      expect(JSON.stringify(body).length).toBeLessThan(60_000);
    }
  });

  it('takes the trace of the active span for an outcome without a key', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const { queue, sent } = queueWith([]);
    const active = trace.wrapSpanContext({ traceId, spanId: 'b'.repeat(16), traceFlags: 1 });
    context.with(trace.setSpan(context.active(), active), () => queue.outcome({ name: 'resolved', status: 'success' }));
    context.disable();
    await queue.flush();
    expect(sent[0]?.body[0]).toMatchObject({ traceId });
  });
});

it('has the types of the API', () => {
  expectTypeOf<Required<Outcome>>().toEqualTypeOf<Required<z.input<typeof outcomeCreate>>>();
  expectTypeOf<Required<Feedback>>().toEqualTypeOf<Required<z.input<typeof feedbackCreate>>>();
  expectTypeOf<Required<Change>>().toEqualTypeOf<Required<z.input<typeof changeCreate>>>();
});
