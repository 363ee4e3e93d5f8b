import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Incident, IncidentSummary } from '@plimsoll/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpan, type BuiltSpan, buildTraces } from '../builders/otlp.js';
import { type Platform, startPlatform } from './platform.js';

const minuteMs = 60_000;
const onset = Math.floor(Date.now() / minuteMs) * minuteMs - 25 * minuteMs;

let platform: Platform;
let receiver: Server;
const told: { type: string; reference: string; id: string }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { type, data } = JSON.parse(body) as { type: string; data: { reference: string } };
      told.push({ type, reference: data.reference, id: String(request.headers['webhook-id']) });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  platform = await startPlatform();
});

afterAll(async () => {
  await platform?.stop();
  receiver.closeAllConnections();
  receiver.close();
});

/** Calls of two prompt versions on two models; the new version fails far more often. */
function calls(fromMinute: number, toMinute: number): BuiltSpan[] {
  const spans: BuiltSpan[] = [];
  for (let minute = fromMinute; minute < toMinute; minute += 1) {
    for (let k = 0; k < 12; k += 1) {
      const isNew = minute >= 0 && k % 4 !== 0;
      const draw = ((minute + 200) * 12 + k) * 0.618_033_988_75;
      const bad = draw - Math.floor(draw) < (isNew ? 0.6 : 0.01);
      const endMs = onset + minute * minuteMs + k * 4000;
      const span = buildSpan({
        endMs,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': k % 2 === 0 ? 'gpt-4o-mini' : 'gpt-4o',
          'plimsoll.feature': 'support-answer',
          'plimsoll.customer': k % 3 === 0 ? 'globex' : 'initech',
          'plimsoll.prompt.name': 'answer',
          'plimsoll.prompt.version': isNew ? 'v8' : 'v7',
          'plimsoll.user.id': `user-${k}`,
          ...(bad ? { 'error.type': 'server_error' } : {}),
        },
      });
      spans.push(bad ? { ...span, status: { code: 2, message: 'upstream failed' } } : span);
    }
  }
  return spans;
}

async function until<T>(what: string, look: () => Promise<T | undefined>, withinMs = 120_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${withinMs / 1000} s:\n${platform.output()}`);
    await sleep(1000);
  }
}

async function sendCalls(spans: readonly BuiltSpan[]): Promise<void> {
  for (let at = 0; at < spans.length; at += 500) {
    const response = await fetch(`${platform.otlpUrl}/v1/traces`, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(buildTraces(spans.slice(at, at + 500))),
    });
    expect(response.status).toBe(200);
  }
}

describe('from calls to an incident that somebody can act on', () => {
  test('a bad prompt version opens one incident, tells it once and is its first suspect', async () => {
    const { port } = receiver.address() as AddressInfo;
    await platform.api('POST', '/api/v1/channels', {
      name: 'test',
      kind: 'webhook',
      url: `http://127.0.0.1:${port}/hook`,
      allowPrivate: true,
    });
    const stream = new AbortController();
    const streamed = readStream(stream.signal);
    await platform.api('POST', '/api/v1/objectives', {
      slug: 'support-answer-errors',
      name: 'Support answers without error',
      indicator: { kind: 'error' },
      filter: { feature: ['support-answer'] },
      target: '0.99',
      window: '28d',
    });
    await sendCalls(calls(-120, 24));

    const summary = await until('an incident', async () => {
      const { items } = await platform.api<{ items: IncidentSummary[] }>('GET', '/api/v1/incidents');
      return items.find(({ topSuspect }) => topSuspect !== null);
    });
    expect(summary).toMatchObject({ objectiveSlug: 'support-answer-errors', severity: 'page', kind: 'error' });
    const incident = await platform.api<Incident>('GET', `/api/v1/incidents/${summary.reference}`);
    expect(incident.suspects[0]).toMatchObject({ kind: 'prompt', from: 'v7', to: 'v8', band: 'strong' });
    expect(Math.abs(Date.parse(incident.onsetAt ?? '') - onset)).toBeLessThanOrEqual(3 * minuteMs);
    expect(incident.affected.map(({ customer }) => customer)).toEqual(expect.arrayContaining(['globex', 'initech']));

    await until('a notification', () => Promise.resolve(told.length > 0 ? true : undefined), 30_000);
    const acknowledged = await platform.api<Incident>('POST', `/api/v1/incidents/${incident.id}/actions`, {
      action: 'acknowledge',
      comment: 'rolling back',
    });
    expect(acknowledged.state).toBe('acknowledged');
    await until(
      'the acknowledgement',
      () => Promise.resolve(told.some(({ type }) => type === 'incident.acknowledged') ? true : undefined),
      30_000,
    );
    expect(told.filter(({ type }) => type === 'incident.opened')).toHaveLength(1);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    const { items } = await platform.api<{ items: IncidentSummary[] }>('GET', '/api/v1/incidents?state=all');
    expect(items).toHaveLength(1);

    const examples = await platform.api<{ bad: unknown[]; good: unknown[] }>(
      'GET',
      `/api/v1/incidents/${incident.id}/examples`,
    );
    expect(examples.bad.length).toBeGreaterThan(0);
    stream.abort();
    expect(await streamed).toMatch(/event: incident\n/);
  });
});

/** Everything that the event stream says until it is aborted. */
async function readStream(signal: AbortSignal): Promise<string> {
  let text = '';
  try {
    const response = await fetch(`${platform.apiUrl}/api/v1/events`, {
      headers: { authorization: `Bearer ${platform.key}` },
      signal,
    });
    const decoder = new TextDecoder();
    for await (const part of response.body ?? []) text += decoder.decode(part as Uint8Array, { stream: true });
  } catch {
    // Ends by the abort, or with the platform when the test has failed before.
  }
  return text;
}
