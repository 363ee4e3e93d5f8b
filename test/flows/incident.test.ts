import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Incident, IncidentSummary } from '@plimsoll/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpan, type BuiltSpan, buildTraces } from '../builders/otlp.js';
import { type Platform, startPlatform } from './platform.js';

const minuteMs = 60_000;

let platform: Platform;
/** Twenty-five minutes before the platform was ready, however long that took. */
let onset: number;
let receiver: Server;
const told: { path: string; type: string; reference: string; id: string }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { type, data } = JSON.parse(body) as { type: string; data: { reference: string } };
      const id = String(request.headers['webhook-id']);
      told.push({ path: request.url ?? '', type, reference: data.reference, id });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  platform = await startPlatform();
  onset = Math.floor(Date.now() / minuteMs) * minuteMs - 25 * minuteMs;
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

async function until<T>(what: string, look: () => Promise<T | undefined>, withinMs = 240_000): Promise<T> {
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
    await platform.api('POST', '/api/v1/channels', {
      name: 'pager',
      kind: 'webhook',
      url: `http://127.0.0.1:${port}/pager`,
      broadcast: false,
      allowPrivate: true,
    });
    await platform.api('POST', '/api/v1/contacts', { name: 'kim', channel: 'pager' });
    await platform.api('POST', '/api/v1/rotations', {
      name: 'primary',
      timeZone: 'Europe/Berlin',
      startsOn: '2026-01-05',
      members: ['kim'],
    });
    await platform.api('POST', '/api/v1/escalation-policies', {
      name: 'standard',
      steps: [{ targets: [{ kind: 'rotation', rotation: 'primary' }], waitMinutes: 30 }],
    });
    const { items: shifts } = await platform.api<{ items: { contact: string }[] }>('GET', '/api/v1/on-call');
    expect(shifts.map(({ contact }) => contact)).toEqual(['kim']);
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

    for (const { figure, value, query, field } of incident.figures) {
      if (!/^(impact|affected)/.test(figure)) continue;
      const answer = await platform.api<Record<string, unknown>>('GET', query);
      expect([figure, answer[field]]).toEqual([figure, value]);
    }
    await until(
      'the escalation to whoever is on call',
      () => Promise.resolve(told.some(({ type }) => type === 'incident.escalated') ? true : undefined),
      30_000,
    );
    expect(told.filter(({ path }) => path === '/pager').map(({ type }) => type)).toEqual(['incident.escalated']);
    const acknowledged = await platform.api<Incident>('POST', `/api/v1/incidents/${incident.id}/actions`, {
      action: 'acknowledge',
      comment: 'rolling back',
    });
    expect(acknowledged.state).toBe('acknowledged');
    await until(
      'the acknowledgement',
      () => Promise.resolve(told.filter(({ type }) => type === 'incident.acknowledged').length === 2 || undefined),
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
    const events = await streamed;
    expect(events).toMatch(/event: incident\n/);
    expect(events).toMatch(/event: objective\ndata: .*"slug":"support-answer-errors","status":"firing"/);
  });

  test('deployments and alerts of other systems come in by hooks, signed where that is asked for', async () => {
    const hook = async (sender: string, body: string, headers: Record<string, string>) => {
      const response = await fetch(
        `${platform.apiUrl}/api/v1/hooks/${sender}?key=${platform.key}&feature=support-answer`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        },
      );
      const answer = (await response.json()) as { items?: { title: string }[]; detail?: string };
      return { status: response.status, titles: (answer.items ?? []).map(({ title }) => title), detail: answer.detail };
    };
    await platform.api('PUT', '/api/v1/hook-secrets/github', { secret: 'from github' });
    await platform.api('PUT', '/api/v1/hook-secrets/gitlab', { secret: 'from gitlab' });
    // Spaces as they come: the signature is over the bytes.
    const release =
      '{ "action": "published",\n "release": { "tag_name": "v2.3.1" }, "repository": {"full_name": "shop/api"} }';
    const sign = (body: string) => `sha256=${createHmac('sha256', 'from github').update(body).digest('hex')}`;
    const github = { 'x-github-event': 'release', 'x-github-delivery': 'd-1' };
    const unsigned = await hook('github', release, github);
    expect([unsigned.status, unsigned.detail]).toEqual([
      401,
      'header x-hub-signature-256: is missing, and deliveries of github must be signed',
    ]);
    const forged = await hook('github', release, { ...github, 'x-hub-signature-256': sign(`${release} `) });
    expect(forged.status).toBe(401);
    const signed = { ...github, 'x-hub-signature-256': sign(release) };
    expect(await hook('github', release, signed)).toMatchObject({
      status: 200,
      titles: ['release v2.3.1 of shop/api published'],
    });
    expect((await hook('github', release, signed)).status).toBe(200);
    const deployment = JSON.stringify({
      object_kind: 'deployment',
      status: 'success',
      environment: 'live',
      ref: 'main',
      short_sha: 'abc123',
      project: { path_with_namespace: 'shop/web' },
    });
    expect((await hook('gitlab', deployment, { 'x-gitlab-token': 'guessed' })).status).toBe(401);
    expect((await hook('gitlab', deployment, { 'x-gitlab-token': 'from gitlab' })).titles).toEqual([
      'release abc123 of shop/web deployed to live',
    ]);
    const alerts = JSON.stringify({
      version: '4',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'NodeDown', instance: 'n1' },
          annotations: { summary: 'n1 is down' },
          startsAt: new Date().toISOString(),
          fingerprint: 'f1',
        },
      ],
    });
    expect((await hook('alertmanager', alerts, {})).titles).toHaveLength(1);
    expect((await hook('alertmanager', alerts, {})).status).toBe(200);
    const { items } = await platform.api<{ items: { title: string }[] }>('GET', '/api/v1/changes?limit=50');
    expect(items.filter(({ title }) => /v2\.3\.1|shop\/web|NodeDown|n1 is down/.test(title))).toHaveLength(3);
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
