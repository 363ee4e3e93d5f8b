import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Backtest, Badge, IncidentSummary, Objective, ObjectiveSeries } from '@plimsoll/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSpan, buildTraces, type BuiltSpan } from '../builders/otlp.js';
import { startPlatform, type Platform } from './platform.js';

const minuteMs = 60_000;

let platform: Platform;
/** The minute in which the platform was ready, however long that took. */
let now: number;

beforeAll(async () => {
  platform = await startPlatform();
  now = Math.floor(Date.now() / minuteMs) * minuteMs;
});
afterAll(async () => {
  await platform?.stop();
});

/** Calls of one feature, `perMinute` in each minute that ended `from` to `to` minutes ago, of which `bad` failed. */
function calls(from: number, to: number, perMinute: number, bad: number): BuiltSpan[] {
  const spans: BuiltSpan[] = [];
  for (let ago = from; ago > to; ago--) {
    for (let index = 0; index < perMinute; index++) {
      const span = buildSpan({
        endMs: now - ago * minuteMs + index * 1000,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-4o-mini',
          ...(index < bad ? { 'error.type': 'server_error' } : {}),
        },
      });
      spans.push(index < bad ? { ...span, status: { code: 2, message: 'boom' } } : span);
    }
  }
  return spans;
}

async function send(spans: readonly BuiltSpan[]): Promise<void> {
  const response = await fetch(`${platform.otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(buildTraces(spans)),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

/** Waits for as long as a test has. */
async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  let value: T | undefined;
  await expect.poll(async () => (value = await read()), { interval: 500 }).toSatisfy(holds);
  return value as T;
}

const definition = {
  slug: 'answers-errors',
  name: 'Answers without errors',
  indicator: { kind: 'error' },
  target: '0.99',
  window: '7d',
};

/** The command line against the platform. */
function plimsoll(...words: readonly string[]) {
  const entry = fileURLToPath(new URL('../../apps/cli/bin/plimsoll.mjs', import.meta.url));
  return spawnSync(process.execPath, [entry, ...words, '--url', platform.apiUrl], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], PLIMSOLL_API_KEY: platform.key },
  });
}

describe('an objective, from calls to an incident', () => {
  it('pages for a fault of the last half hour, and shows the same figures everywhere', async () => {
    await platform.api('PUT', '/api/v1/objectives/answers-errors', definition);
    await send([...calls(150, 33, 10, 0), ...calls(33, 3, 10, 6)]);
    const objective = await eventually(
      () => platform.api<Objective>('GET', '/api/v1/objectives/answers-errors'),
      ({ openIncidentId, eligible }) => openIncidentId !== null && eligible === 1470,
    );
    expect(objective).toMatchObject({ kind: 'error', eligible: 1470, bad: 180, status: 'breached', revision: 1 });
    expect(objective.budget.remaining).toBeCloseTo(1 - 180 / 14.7, 6);
    expect(objective.tiers.find(({ name }) => name === 'page fast')).toMatchObject({ state: 'firing', factor: 13.44 });
    const incidents = await platform.api<{ items: IncidentSummary[] }>('GET', '/api/v1/incidents');
    const own = incidents.items.filter(({ objectiveSlug }) => objectiveSlug === 'answers-errors');
    expect(own.map(({ id, severity }) => [id, severity])).toEqual([[objective.openIncidentId, 'page']]);
    const series = await platform.api<ObjectiveSeries>('GET', '/api/v1/objectives/answers-errors/series');
    expect(series.points.reduce((sum, { eligible }) => sum + eligible, 0)).toBe(1470);
    const tested = await platform.api<Backtest>('POST', '/api/v1/objectives/backtest', { objective: definition });
    expect(tested.pages.map(({ tier }) => tier)).toContain('page fast');
  });

  it('shows its budget as a picture without a key, until that is switched off', async () => {
    const at = '/api/v1/objectives/answers-errors/badge';
    const { path } = await platform.api<Badge>('PUT', at);
    const picture = async () => fetch(`${platform.apiUrl}${path}`);
    const shown = await picture();
    expect(shown.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(shown.headers.get('content-security-policy')).toContain('sandbox');
    expect(await shown.text()).toMatch(/<title>Answers without errors: [\d.]+ % over budget<\/title>/);
    expect((await fetch(`${platform.apiUrl}${at}`)).status).toBe(401);
    const off = await fetch(`${platform.apiUrl}${at}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${platform.key}` },
    });
    expect([off.status, (await picture()).status]).toEqual([204, 404]);
  });

  it('fails the gate of a deploy for it', () => {
    const gate = (...options: readonly string[]) => plimsoll('gate', '--objective', ...options);
    const failed = gate('answers-errors', '--model', 'gpt-4o-mini');
    expect([failed.status, JSON.parse(failed.stdout)]).toMatchObject([1, { verdict: 'fail', samples: 1470 }]);
    expect(gate('answers-errors', '--prompt', 'checkout@v12').status).toBe(3);
    expect(gate('nothing').status).toBe(2);
  });

  it('would have sent the same page with another target, not saved', () => {
    const { status, stdout } = plimsoll('backtest', '--objective', 'answers-errors', '--target', '0.98', '--days', '1');
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/^answers-errors: [12] pages?, [\s\S]* page +page fast +- +\d+ min/),
    ]);
  });

  it('gives Prometheus rules and counters for a second opinion', async () => {
    const { status, stdout } = plimsoll('export', 'prometheus-rules', '--objective', 'answers-errors');
    expect([status, stdout]).toEqual([0, expect.stringContaining('name: sloth-slo-alerts-default-answers-errors')]);
    const address = `${platform.apiUrl}/api/v1/prometheus/metrics`;
    expect((await fetch(address)).status).toBe(401);
    const answer = await fetch(address, { headers: { authorization: `Bearer ${platform.key}` } });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const page = await answer.text();
    expect(page).toMatch(/^plimsoll_objective_bad_total\{project="default",objective="answers-errors"\} \d+$/m);
  });

  it('refuses what could never be judged, naming the field', async () => {
    const put = (body: object) => platform.api('PUT', '/api/v1/objectives/answers-errors', { ...definition, ...body });
    await expect(put({ target: '1.2' })).rejects.toThrow(/400.*target/);
    await expect(put({ colour: 'red' })).rejects.toThrow(/400/);
    await expect(put({ window: { calendar: 'month', timeZone: 'Mars/Olympus' } })).rejects.toThrow(/timeZone/);
    await expect(
      put({ policy: [{ name: 'late', severity: 'ticket', long: '3d', short: '6h', budget: '0.10' }] }),
    ).rejects.toThrow(/would fire while inside the budget/);
  });
});
