import { setTimeout as sleep } from 'node:timers/promises';
import { routes, type Change, type IncidentSummary, type Span } from '@plimsoll/contract';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPlatform, type Platform } from '../flows/platform.js';
import {
  accessibilityViolations,
  hasChromium,
  leakedWords,
  overflowWidth,
  settle,
  startBrowser,
  watchPage,
  type TestBrowser,
} from './browser.js';

const incidentWithinMs = 240_000;

/** The prompt version that the demo's script makes answer badly. */
const badPrompt = 'v42';

describe.skipIf(!hasChromium)('dashboard of the running platform', () => {
  let platform: Platform;
  let browser: TestBrowser;
  let context: BrowserContext;
  /** The demo's history ends before it, its live traffic is after it. */
  let live: string;

  beforeAll(async () => {
    platform = await startPlatform({ demo: true, environment: { PLIMSOLL_RETENTION: '90' } });
    live = new Date(Date.now() + 10_000).toISOString();
    browser = await startBrowser();
    context = await browser.open();
    const page = await context.newPage();
    const complaints = watchPage(page);
    await page.goto(await platform.signInUrl());
    await page.waitForURL(/\/p\/[a-z]+\/(?:slos|incidents)/);
    await settle(page);
    expect(complaints).toEqual([]);
    await page.close();
  });
  afterAll(async () => {
    await context?.close();
    await browser?.close();
    await platform?.stop();
  });

  const demoApi = async <T>(path: string): Promise<T> => {
    const response = await context.request.get(`${platform.apiUrl}/api/v1${path}`, {
      headers: { 'x-plimsoll-project': 'demo' },
    });
    expect(response.ok(), `${path} answers ${response.status()}`).toBe(true);
    return (await response.json()) as T;
  };

  test('the first suspect on the incident page is the bad prompt version', async () => {
    const incident = await waitForIncident(() => demoApi<{ items: IncidentSummary[] }>('/incidents?state=all'));
    const page = await context.newPage();
    const complaints = watchPage(page);
    await page.goto(`${platform.apiUrl}/p/demo/incidents`);
    await settle(page);
    await page.getByRole('link', { name: new RegExp(incident.reference) }).click();
    await settle(page);
    const first = page.getByRole('table', { name: 'Suspects' }).locator('tbody tr').first();
    expect(await first.innerText()).toContain(badPrompt);
    expect(await page.locator('h1').innerText()).toContain(incident.title);
    expect(await page.getByRole('region', { name: 'Since when' }).locator('canvas').count()).toBe(1);
    const last = await page.getByRole('region', { name: 'What to do', exact: true }).boundingBox();
    expect((last?.y ?? Infinity) + (last?.height ?? 0)).toBeLessThanOrEqual(900);
    expect(await leakedWords(page)).toEqual([]);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('live calls, changes and what became of calls come through the SDK', async () => {
    const calls = async () =>
      (await demoApi<{ items: Span[] }>(`/spans?from=${live}&limit=500`)).items.filter(
        ({ kind }) => kind === 'generation',
      );
    await expect.poll(async () => (await calls()).length).toBeGreaterThan(2);
    for (const { feature, customer, userId, sessionId, promptName, promptVersion, attributes } of await calls()) {
      expect(attributes).toMatchObject({ 'plimsoll.feature': feature, 'plimsoll.prompt.version': promptVersion });
      for (const name of [feature, customer, userId, sessionId, promptName, promptVersion])
        expect(name).toMatch(/^\S+$/);
    }
    const { items } = await demoApi<{ items: Change[] }>('/changes?kind=prompt');
    expect(items.filter(({ source }) => source === 'declared')).toHaveLength(3);
  });

  test('every page shows real data, and every answer has the shape of the contract', async () => {
    const [objectives, gpus, reports, traces] = await Promise.all([
      demoApi<{ items: { slug: string }[] }>('/objectives'),
      demoApi<{ items: { id: string }[] }>('/gpus'),
      demoApi<{ items: { id: string }[] }>('/drift/reports'),
      demoApi<{ items: { traceId: string }[] }>('/traces?limit=1'),
    ]);
    const paths = [
      'slos',
      ...objectives.items.map(({ slug }) => `slos/${slug}`),
      'traces',
      ...traces.items.map(({ traceId }) => `traces/${traceId}`),
      'costs',
      'costs?by=outcome',
      'drift',
      ...reports.items.slice(0, 1).map(({ id }) => `drift/${id}`),
      'gpus',
      ...gpus.items.slice(0, 1).map(({ id }) => `gpus/${encodeURIComponent(id)}`),
      ...['keys', 'projects', 'scorers', 'channels', 'scraping', 'prices', 'audit'].map((name) => `settings/${name}`),
      'welcome',
    ];
    const problems: string[] = [];
    for (const path of paths) {
      const page = await context.newPage();
      const complaints = watchPage(page);
      const checks = watchAnswers(page, platform.apiUrl);
      await page.goto(`${platform.apiUrl}/p/demo/${path}`);
      await settle(page);
      const found = [
        ...complaints,
        ...(await Promise.all(checks)).flat(),
        ...(await leakedWords(page)),
        ...((await overflowWidth(page)) > 0 ? ['wider than the window'] : []),
      ];
      problems.push(...found.map((problem) => `${path}: ${problem}`));
      await page.close();
    }
    expect(problems).toEqual([]);
  });

  test('a newcomer makes a key, sends a trace and sees it arrive', async () => {
    const page = await context.newPage();
    await page.goto(`${platform.apiUrl}/p/default/welcome`);
    await settle(page);
    await page.getByText('Waiting for the first trace').waitFor();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const secret = await page.locator('code', { hasText: /^plk_/ }).innerText();
    const response = await fetch(`${platform.otlpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify(oneSpan()),
    });
    expect(response.status).toBe(200);
    await page.getByText('Arrived').waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('heading', { name: 'chat gpt-4o-mini' }).first().waitFor();
    await page.close();
  });
});

async function waitForIncident(list: () => Promise<{ items: IncidentSummary[] }>): Promise<IncidentSummary> {
  const end = Date.now() + incidentWithinMs;
  for (;;) {
    const { items } = await list();
    const incident = items.find(({ topSuspect }) => topSuspect?.title.includes(badPrompt));
    if (incident) return incident;
    if (Date.now() > end) {
      const seen = items.map(({ title, topSuspect }) => `${title} (${topSuspect?.title ?? 'no suspect'})`);
      throw new Error(
        `no incident suspects ${badPrompt} after ${incidentWithinMs / 1000} s: ${seen.join('; ') || 'none'}`,
      );
    }
    await sleep(2000);
  }
}

/** Holds every JSON answer that a page gets against the response schema of its route. */
function watchAnswers(page: Page, apiUrl: string): Promise<string[]>[] {
  const checks: Promise<string[]>[] = [];
  page.on('response', (response) => {
    const url = new URL(response.url());
    if (url.origin !== apiUrl || !url.pathname.startsWith('/api/v1/') || !response.ok()) return;
    const method = response.request().method();
    const route = routes
      .filter((item) => item.method === method && matches(item.path, url.pathname))
      .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
    const schema = route?.response;
    if (!schema) return;
    const check = response.json().then(
      (body: unknown) => {
        const result = schema.safeParse(body);
        return result.success ? [] : [`${method} ${url.pathname}: ${result.error.message.slice(0, 400)}`];
      },
      () => [],
    );
    checks.push(check);
  });
  return checks;
}

function matches(pattern: string, path: string): boolean {
  const [names, parts] = [pattern.split('/'), path.split('/')];
  return names.length === parts.length && names.every((name, index) => name.startsWith('{') || name === parts[index]);
}

function oneSpan() {
  const end = BigInt(Date.now()) * 1_000_000n;
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'chat gpt-4o-mini',
    kind: 3,
    startTimeUnixNano: String(end - 1_000_000_000n),
    endTimeUnixNano: String(end),
    attributes: [attribute('gen_ai.operation.name', 'chat'), attribute('gen_ai.request.model', 'gpt-4o-mini')],
  };
  return { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [span] }] }] };
}
